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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Pictures to tiles by Vireo: Pictures DIRECTORY THREADS. Prints one JSON object: pictures, seconds, seconds of all processors, SHA-256 of all tiles in the order of
 * the file names, and the peak of the resident memory.
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
        ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(arguments[1]));
        String digest = digest(all(files, decoder, processor, threads)); // also warms up
        long start = System.nanoTime();
        long startOfCpu = cpuNanos();
        all(files, decoder, processor, threads);
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (cpuNanos() - startOfCpu) / 1e9;
        threads.shutdown();
        System.out.printf(
                java.util.Locale.ROOT,
                "{\"pictures\": %d, \"seconds\": %.3f, \"cpu_seconds\": %.3f, \"sha256\": \"%s\", \"peak_bytes\": %d}%n",
                files.size(),
                seconds,
                cpuSeconds,
                digest,
                peakBytes());
    }

    private static List<byte[]> all(
            List<Path> files, ImageDecoder decoder, ImageProcessor processor, ExecutorService threads)
            throws Exception {
        List<Future<byte[]>> waiting = new ArrayList<>();
        for (Path file : files) {
            waiting.add(threads.submit(
                    () -> processor.process(decoder.decode(Files.readAllBytes(file))).tiles()));
        }
        List<byte[]> tiles = new ArrayList<>();
        for (Future<byte[]> each : waiting) {
            tiles.add(each.get());
        }
        return tiles;
    }

    private static String digest(List<byte[]> tiles) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        tiles.forEach(sha::update);
        return HexFormat.of().formatHex(sha.digest());
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
