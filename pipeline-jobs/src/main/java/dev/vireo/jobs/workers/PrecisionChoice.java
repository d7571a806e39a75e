// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.vireo.jobs.config.ModelSettings;
import dev.vireo.jobs.runtime.Devices;
import dev.vireo.jobs.runtime.ModelTasks;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * What {@code model.precision=auto} means: bf16 on a GPU of compute capability 8.0 or more and on a CPU that names bfloat16
 * products among its instructions, else float32. A rule and no measurement, so that two runs on one machine agree.
 */
public final class PrecisionChoice {
    private static final Path CPU_FLAGS = Path.of("/proc/cpuinfo");
    /** x86: AMX tiles or AVX-512; Arm: BFDOT and BFMMLA. */
    private static final List<String> BFLOAT16_FLAGS = List.of("amx_bf16", "avx512_bf16", "bf16");

    private static final String AMPERE = "80";

    private PrecisionChoice() {}

    /** The precision of a run; {@code auto} asks the machine of one task. */
    public static Precision resolve(SparkSession spark, ModelSettings.Precision setting) {
        return switch (setting) {
            case FP32 -> Precision.FP32;
            case BF16 -> Precision.BF16;
            case AUTO ->
                Precision.valueOf(ModelTasks.onGpus(JavaSparkContext.fromSparkContext(spark.sparkContext())
                                .parallelize(List.of(0), 1)
                                .rdd())
                        .toJavaRDD()
                        .map(ignored -> fast(Devices.ofTask()).name())
                        .first());
        };
    }

    /** The precision that a device multiplies fast. */
    public static Precision fast(Device device) {
        if (device.isGpu()) {
            return CudaUtils.getComputeCapability(device.getDeviceId()).compareTo(AMPERE) >= 0
                    ? Precision.BF16
                    : Precision.FP32;
        }
        try {
            return Files.isReadable(CPU_FLAGS) ? ofCpu(Files.readString(CPU_FLAGS)) : Precision.FP32;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + CPU_FLAGS, e);
        }
    }

    static Precision ofCpu(String cpuinfo) {
        Set<String> words = new HashSet<>(Arrays.asList(cpuinfo.split("\\s+")));
        return BFLOAT16_FLAGS.stream().anyMatch(words::contains) ? Precision.BF16 : Precision.FP32;
    }
}
