// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.storage.Storage;
import dev.vireo.jobs.train.Commit.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    @TempDir
    Path output;

    private final Storage storage = Storage.of(new Configuration());
    private CheckpointStore store;

    @BeforeEach
    void open() {
        store = new CheckpointStore(storage, output.toString(), 2);
    }

    @Test
    void newestCheckpointsStayAndRecoveryPointsGoWithTheNextOne() throws IOException {
        commit(10, Kind.CHECKPOINT, 1);
        commit(15, Kind.RECOVERY, 2);
        assertThat(steps()).containsExactly(10L, 15L);
        commit(20, Kind.CHECKPOINT, 3);
        commit(25, Kind.RECOVERY, 4);
        assertThat(steps()).containsExactly(10L, 20L, 25L);
        commit(30, Kind.CHECKPOINT, 5);
        assertThat(steps()).containsExactly(20L, 30L);
        assertThat(output.resolve("checkpoints/step-10")).doesNotExist();
    }

    @Test
    void filesWithoutACommitAreNoCheckpoint() throws IOException {
        commit(10, Kind.CHECKPOINT, 1);
        Files.createDirectories(output.resolve("checkpoints/step-20"));
        Files.writeString(output.resolve("checkpoints/step-20/training_state.safetensors"), "half");
        assertThat(store.newestIntact()).map(Commit::step).contains(10L);
        commit(20, Kind.CHECKPOINT, 2);
        assertThat(store.newestIntact()).map(Commit::step).contains(20L);
    }

    @Test
    void damagedCheckpointGivesWayToTheOneBefore() throws IOException {
        commit(10, Kind.CHECKPOINT, 1);
        commit(20, Kind.CHECKPOINT, 2);
        Path file = output.resolve("checkpoints/step-20/state");
        Files.writeString(file, Files.readString(file).replace('e', 'f'));
        assertThat(store.newestIntact()).map(Commit::step).contains(10L);
        store.deleteAfter(10);
        assertThat(steps()).containsExactly(10L);
    }

    @Test
    void secondRunOnTheSameOutputIsNoticed() throws IOException {
        commit(10, Kind.CHECKPOINT, 1);
        assertThatThrownBy(() -> commit(10, Kind.CHECKPOINT, 2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Cannot commit step 10")
                .hasMessageContaining("another run writes to the same output");
    }

    @Test
    void attemptThatLostAFileIsNotCommitted() throws IOException {
        String attempt = store.attempt("run", 1);
        List<SavedFile> files = AttemptFiles.write(
                storage, attempt, folder -> Files.writeString(folder.resolve("state"), "state of step 5"));
        Files.writeString(Path.of(attempt, "state"), "cut");
        assertThatThrownBy(() -> store.commit(new Commit(5, Kind.CHECKPOINT, files, null, 0), attempt))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 3 bytes, expected 15 bytes");
        assertThat(store.commits()).isEmpty();
    }

    private void commit(long step, Kind kind, long generation) throws IOException {
        String attempt = store.attempt("run", generation);
        List<SavedFile> files = AttemptFiles.write(
                storage, attempt, folder -> Files.writeString(folder.resolve("state"), "state of step " + step));
        store.commit(new Commit(step, kind, files, 0.5, step), attempt);
    }

    private List<Long> steps() throws IOException {
        return store.commits().stream().map(Commit::step).toList();
    }
}
