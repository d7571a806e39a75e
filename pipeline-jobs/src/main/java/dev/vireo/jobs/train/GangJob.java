// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * A segment as a barrier job. {@code RDD.collect} would do, but Spark reads the bytecode of the class RDD whenever it is
 * called, to clean the functions in it: more than half of the driver's work for a segment.
 */
final class GangJob {
    private static final ClassTag<SegmentOutcome> OUTCOME = ClassTag$.MODULE$.apply(SegmentOutcome.class);

    private GangJob() {}

    /** What each worker did, by rank. */
    static List<SegmentOutcome> run(SparkContext spark, RDD<Integer> ranks, SegmentTask task) {
        RDD<SegmentOutcome> gang = ranks.barrier().mapPartitions(task, false, OUTCOME);
        List<Object> partitions = List.of((Object[]) boxed(ranks.getNumPartitions()));
        Outcomes outcomes = new Outcomes(partitions.size());
        spark.runJob(gang, new Only(), CollectionConverters.asScala(partitions).toSeq(), outcomes, OUTCOME);
        return List.of(outcomes.byRank);
    }

    private static Integer[] boxed(int count) {
        Integer[] all = new Integer[count];
        Arrays.setAll(all, Integer::valueOf);
        return all;
    }

    /** The one outcome of a worker. */
    private static final class Only extends AbstractFunction2<TaskContext, Iterator<SegmentOutcome>, SegmentOutcome>
            implements Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public SegmentOutcome apply(TaskContext context, Iterator<SegmentOutcome> outcomes) {
            return outcomes.next();
        }
    }

    /** Takes the outcomes on the driver; Spark calls it from one thread at a time. */
    private static final class Outcomes extends AbstractFunction2<Object, SegmentOutcome, BoxedUnit> {
        private final SegmentOutcome[] byRank;

        Outcomes(int count) {
            byRank = new SegmentOutcome[count];
        }

        @Override
        public BoxedUnit apply(Object rank, SegmentOutcome outcome) {
            byRank[(Integer) rank] = outcome;
            return BoxedUnit.UNIT;
        }
    }
}
