// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.shards.Manifest;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model, input and output on HDFS. */
class PrepareHdfsTest {
    @TempDir
    Path folder;

    @Test
    void shardsOnHdfsEqualThoseOnTheLocalDisk() throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
        try (MiniDFSCluster cluster = new MiniDFSCluster.Builder(configuration)
                        .numDataNodes(1)
                        .build();
                PrepareRuns runs = new PrepareRuns("local[2]")) {
            String root = cluster.getFileSystem().getUri() + "/vireo";
            copy(cluster.getFileSystem(), PrepareRuns.model("llavanext-tiny"), root + "/model");
            copy(cluster.getFileSystem(), PrepareRuns.input("rlaif-v"), root + "/input/rlaif-v.parquet");
            runs.run(root + "/model", List.of(root + "/input"), root + "/out", false, "prepare.shard-rows=4");
            runs.run(
                    PrepareRuns.model("llavanext-tiny"),
                    PrepareRuns.input("rlaif-v"),
                    folder.resolve("out"),
                    "prepare.shard-rows=4");
            Storage storage = runs.context().storage();
            ShardSet remote = ShardSet.open(storage, List.of(root + "/out"));
            ShardSet local =
                    ShardSet.open(storage, List.of(folder.resolve("out").toString()));
            assertThat(remote.contentHash()).isEqualTo(local.contentHash());
            try (ShardReader reader = remote.reader()) {
                assertThat(reader.sample(7).images().get(0).tiles()).isNotEmpty();
                assertThat(reader.sample(0).rowId()).isEqualTo("plain");
            }
            assertThat(storage.list(root + "/out").stream().map(FileEntry::name))
                    .containsExactlyInAnyOrder(Manifest.FILE, "_STARTED.json", "_SUCCESS.json", "rejects", "shards");
        }
    }

    private static void copy(FileSystem target, String from, String to) throws Exception {
        target.copyFromLocalFile(
                new org.apache.hadoop.fs.Path(Path.of(from).toUri()), new org.apache.hadoop.fs.Path(to));
    }
}
