// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProcessEndTest {
    /** Also the seconds for which the end is drawn out. */
    private static final int STATUS = 2;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void processEndsWithItsStatusWhileOperatorsRun() throws Exception {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Endless.class.getName())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isEqualTo(STATUS);
        assertThat(Files.readString(log)).doesNotContain("fatal error");
    }

    /** A process that ends in the middle of its work. */
    static final class Endless {
        private static final int THREADS = 4;
        private static final long UNTIL_ALL_COMPUTE_MILLIS = 200;

        private Endless() {}

        public static void main(String[] arguments) throws InterruptedException {
            NativeLibraries.prepare();
            // Registered before PyTorch's destructors, so it runs behind them and lengthens the moment that is to be
            // survived.
            NativeLibrary libc = NativeLibrary.getInstance("c");
            libc.getFunction("on_exit").invokeInt(new Object[] {libc.getFunction("sleep"), Pointer.NULL});
            Script script = Script.load(Device.cpu(), ProcessEndTest.class, Map.of(), "Endless.py");
            CountDownLatch ready = new CountDownLatch(THREADS);
            for (int i = 0; i < THREADS; i++) {
                Thread thread = new Thread(() -> compute(script, ready));
                thread.setDaemon(true);
                thread.start();
            }
            ready.await();
            Thread.sleep(UNTIL_ALL_COMPUTE_MILLIS);
            System.exit(STATUS);
        }

        private static void compute(Script script, CountDownLatch ready) {
            try (NDManager scope = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
                NDList inputs = new NDList(
                        scope.ones(new Shape(1)), Tensors.host(scope, new long[] {1, 1}), scope.ones(new Shape(1)));
                NDList parameters = new NDList(scope.ones(new Shape(1)));
                ready.countDown();
                script.callRecording(scope, "compute", inputs, parameters);
            }
        }
    }
}
