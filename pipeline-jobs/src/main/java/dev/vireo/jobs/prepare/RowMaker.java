// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.batch.Answer;
import dev.vireo.batch.RowTokens;
import dev.vireo.image.DifferenceHash;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageRejectedException;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.TurnedSize;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.tokenization.PairTokenizer;
import dev.vireo.tokenization.TokenizedConversation;
import java.util.List;
import java.util.function.Supplier;

/**
 * Makes ids and tiles of rows. Token counts need the headers of the images alone, so a row is decided on before anything is
 * decoded. Threads may share one.
 */
final class RowMaker {
    private final PairTokenizer tokenizer;
    private final ImageProcessor processor;
    private final ImageDecoder decoder;
    private final LengthLimits limits;

    RowMaker(PairTokenizer tokenizer, ImageProcessor processor, ImageDecoder decoder, LengthLimits limits) {
        this.tokenizer = tokenizer;
        this.processor = processor;
        this.decoder = decoder;
        this.limits = limits;
    }

    /**
     * The row as the model takes it, without pixels.
     *
     * @throws RejectedRowException if it cannot be used, or is too long
     */
    RowTokens tokens(String rowId, InputRow row) {
        int rowImages = row.images().size();
        List<ImageSize> sizes =
                row.images().stream().map(image -> size(image).size()).toList();
        List<ImageSpan> spans = sizes.stream()
                .map(size -> usable(() -> processor.span(size.height(), size.width(), rowImages)))
                .toList();
        TokenizedConversation ids = tokenize(row, sizes);
        RowTokens tokens = new RowTokens(
                rowId,
                ids.promptIds(),
                spans,
                answer(ids.chosenIds(), ids.chosenScored()),
                answer(ids.rejectedIds(), ids.rejectedScored()));
        limits.require(tokens);
        return tokens;
    }

    private static Answer answer(int[] ids, boolean[] scored) {
        return ids.length == 0 ? Answer.none() : Answer.of(ids, scored);
    }

    private TokenizedConversation tokenize(InputRow row, List<ImageSize> sizes) {
        try {
            return tokenizer.encode(row.conversation(), sizes);
        } catch (IllegalArgumentException e) {
            throw new RejectedRowException("not tokenizable: " + e.getMessage());
        }
    }

    /** What an image's header says. */
    TurnedSize size(byte[] encoded) {
        return usable(() -> decoder.size(encoded));
    }

    /** The tiles of an image, of a row with {@code rowImages} of them. */
    ProcessedImage tiles(byte[] encoded, int rowImages) {
        return usable(() -> processor.process(decoder.decode(encoded), rowImages));
    }

    /** The difference hash of an image. */
    long look(byte[] encoded) {
        return usable(() -> DifferenceHash.of(decoder.decode(encoded)));
    }

    private static <T> T usable(Supplier<T> making) {
        try {
            return making.get();
        } catch (ImageRejectedException e) {
            throw new RejectedRowException("unusable image: " + e.getMessage());
        }
    }
}
