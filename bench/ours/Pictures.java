// SPDX-License-Identifier: Apache-2.0

import com.sun.management.OperatingSystemMXBean;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageDecoder.Orientation;
import dev.vireo.image.ImageProcessor;
import dev.vireo.pretrained.PretrainedModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Pictures to tiles by Vireo: Pictures DIRECTORY THREADS. Prints one JSON object: pictures, seconds, seconds of all processors, SHA-256 of all tiles in the order of
 * the file names, and the peak of the resident memory. No more pictures are held at a time than twice the threads.
 */
public final class Pictures {
    private Pictures() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        List<Path> files;
        try (Stream<Path> found = Files.list(directory.resolve("pictures"))) {
            files = found.sorted().toList();
        }
        ImageProcessor processor = PretrainedModel.open(directory.resolve("model")).images();
        ImageDecoder decoder = new ImageDecoder(Orientation.APPLY, 1 << 20);
        Work work = file -> processor.process(decoder.decode(Files.readAllBytes(file))).tiles();
        int count = Integer.parseInt(arguments[1]);
        ExecutorService threads = Executors.newFixedThreadPool(count);
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        each(files, work, threads, 2 * count, sha::update); // also warms up
        long start = System.nanoTime();
        long startOfCpu = cpuNanos();
        each(files, work, threads, 2 * count, tiles -> {});
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (cpuNanos() - startOfCpu) / 1e9;
        threads.shutdown();
        System.out.printf(
                java.util.Locale.ROOT,
                "{\"pictures\": %d, \"seconds\": %.3f, \"cpu_seconds\": %.3f, \"sha256\": \"%s\", \"peak_bytes\": %d}%n",
                files.size(),
                seconds,
                cpuSeconds,
                HexFormat.of().formatHex(sha.digest()),
                peakBytes());
    }

    private interface Work {
        byte[] tiles(Path file) throws Exception;
    }

    private static void each(List<Path> files, Work work, ExecutorService threads, int ahead, Consumer<byte[]> taker)
            throws Exception {
        Deque<Future<byte[]>> waiting = new ArrayDeque<>();
        for (Path file : files) {
            if (waiting.size() == ahead) {
                taker.accept(waiting.remove().get());
            }
            waiting.add(threads.submit(() -> work.tiles(file)));
        }
        for (Future<byte[]> each : waiting) {
            taker.accept(each.get());
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long peakBytes() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }
}
