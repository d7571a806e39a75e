// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.ModelTasks;
import dev.vireo.jobs.runtime.Progress;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import scala.Function2;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/** Runs parts as ordinary Spark tasks, which Spark may retry and repeat, and hands each part's first success to the driver. */
public final class PartRun {
    private PartRun() {}

    /** What the driver does with a part; it stands for the whole run if it fails. */
    @FunctionalInterface
    public interface Acceptance {
        void accept(PartResult result) throws IOException;
    }

    /** Runs the parts that an earlier run did not finish, under a progress line that counts rows. */
    public static void runMissing(JobContext context, String what, PartPlan plan, PartOutput parts, PartWork work)
            throws IOException {
        List<Integer> missing = parts.missing(plan);
        try (Progress progress = context.console().progress(what, "rows", plan.rows())) {
            progress.update((long) parts.total("rows"), "");
            run(context.spark(), missing, work, result -> {
                parts.accept(result);
                progress.update((long) parts.total("rows"), "");
            });
        }
    }

    /** Returns when all parts are accepted. */
    public static void run(SparkSession spark, List<Integer> parts, PartWork work, Acceptance acceptance) {
        if (parts.isEmpty()) {
            return;
        }
        SparkContext context = spark.sparkContext();
        RDD<Integer> rdd = ModelTasks.onGpus(JavaSparkContext.fromSparkContext(context)
                .parallelize(parts, parts.size())
                .rdd());
        var task = (Function2<TaskContext, Iterator<Integer>, PartResult> & Serializable)
                (ignored, mine) -> compute(work, mine.next());
        Function2<Object, PartResult, BoxedUnit> handler = (index, result) -> {
            accept(acceptance, result);
            return BoxedUnit.UNIT;
        };
        List<Object> all = new ArrayList<>();
        IntStream.range(0, parts.size()).forEach(all::add);
        context.runJob(
                rdd,
                task,
                CollectionConverters.asScala(all).toSeq(),
                handler,
                ClassTag$.MODULE$.<PartResult>apply(PartResult.class));
    }

    private static PartResult compute(PartWork work, int part) {
        try {
            return work.run(part);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void accept(Acceptance acceptance, PartResult result) {
        try {
            acceptance.accept(result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
