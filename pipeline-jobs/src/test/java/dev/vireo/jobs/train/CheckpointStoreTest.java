// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.storage.Storage;
import dev.vireo.jobs.train.Commit.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
    @TempDir
    Path output;

    private final Storage storage = Storage.of(new Configuration());
    private final List<String> warnings = new ArrayList<>();
    private CheckpointStore store;

    @BeforeEach
    void open() {
        store = new CheckpointStore(storage, output.toString(), 2, warnings::add);
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
        assertThat(steps())
                .as("the last but one stays until a newer one has one before it")
                .containsExactly(20L, 25L, 30L);
        assertThat(output.resolve("checkpoints/step-10")).doesNotExist();
        store.prune();
        assertThat(steps()).containsExactly(20L, 30L);
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
        assertThat(warnings)
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("cannot use the checkpoint of step 20")
                .contains("state has the SHA-256")
                .contains("trying the one of step 10");
        store.deleteAfter(10);
        assertThat(steps()).containsExactly(10L);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.5, 0.9, 0.999})
    void commitFileThatIsTornOrHasOneBitChangedGivesWayToTheOneBefore(double at) throws IOException {
        commit(10, Kind.CHECKPOINT, 1);
        commit(20, Kind.CHECKPOINT, 2);
        Path file = output.resolve("checkpoints/step-20/commit.json");
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, (int) (content.length * at)));
        assertThat(store.newestIntact()).map(Commit::step).contains(10L);
        byte[] flipped = content.clone();
        int position = (int) (content.length * at);
        while (Character.isWhitespace(flipped[position])) {
            position++;
        }
        flipped[position] ^= 1;
        Files.write(file, flipped);
        assertThat(store.newestIntact()).map(Commit::step).contains(10L);
        assertThat(warnings).hasSize(2).allMatch(text -> text.contains("commit.json"));
        commit(30, Kind.CHECKPOINT, 3);
        assertThat(store.newestIntact()).map(Commit::step).contains(30L);
    }

    @Test
    void noIntactCheckpointIsSaid() throws IOException {
        commit(10, Kind.CHECKPOINT, 1);
        Files.delete(output.resolve("checkpoints/step-10/state"));
        assertThat(store.newestIntact()).isEmpty();
        assertThat(warnings)
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("state is gone")
                .contains("there is none before it");
    }

    @Test
    void laterDriverReplacesWhatAnEarlierOneCommittedMeanwhile() throws IOException {
        Ownership first = Ownership.claim(storage, output.toString());
        Ownership second = Ownership.claim(storage, output.toString());
        commit(10, Kind.CHECKPOINT, 1, first.number());
        commit(10, Kind.CHECKPOINT, 2, second.number());
        assertThat(store.commits()).singleElement().extracting(Commit::driver).isEqualTo(2L);
        assertThatThrownBy(() -> commit(10, Kind.CHECKPOINT, 3, first.number()))
                .hasMessageContaining("another run writes to the same output");
        second.require();
        assertThatThrownBy(first::require)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another run took over --output " + output)
                .hasMessageContaining("process " + ProcessHandle.current().pid());
    }

    @Test
    void driverWhoseOutputWasOverwrittenOwnsItNoMore() throws IOException {
        Ownership first = Ownership.claim(storage, output.toString());
        storage.delete(output.resolve("checkpoints").toString());
        assertThatThrownBy(first::require).hasMessageContaining("took over");
        Ownership second = Ownership.claim(storage, output.toString());
        assertThat(second.number()).isEqualTo(first.number());
        assertThatThrownBy(first::require).hasMessageContaining("took over");
        second.require();
    }

    @Test
    void ofDriversThatStartAtOnceOneOwnsTheOutput() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Ownership>> claims = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            claims.add(threads.submit(() -> Ownership.claim(storage, output.toString())));
        }
        List<Ownership> claimed = new ArrayList<>();
        for (Future<Ownership> claim : claims) {
            claimed.add(claim.get());
        }
        int owners = 0;
        for (Ownership claim : claimed) {
            try {
                claim.require();
                owners++;
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("took over");
            }
        }
        threads.shutdown();
        assertThat(owners).isEqualTo(1);
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
        assertThatThrownBy(() -> store.commit(new Commit(5, Kind.CHECKPOINT, 1, files, null, 0, 0), attempt))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 3 bytes, expected 15 bytes");
        assertThat(store.commits()).isEmpty();
    }

    private void commit(long step, Kind kind, long generation) throws IOException {
        commit(step, kind, generation, 1);
    }

    private void commit(long step, Kind kind, long generation, long driver) throws IOException {
        String attempt = store.attempt("run", generation);
        List<SavedFile> files = AttemptFiles.write(
                storage, attempt, folder -> Files.writeString(folder.resolve("state"), "state of step " + step));
        store.commit(new Commit(step, kind, driver, files, 0.5, step, 0), attempt);
    }

    private List<Long> steps() throws IOException {
        return store.commits().stream().map(Commit::step).toList();
    }
}
