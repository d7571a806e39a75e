// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageRejectedException;
import dev.vireo.image.ProcessedImage;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.shards.Sha256;
import dev.vireo.tokenization.PairTokenizer;
import dev.vireo.tokenization.TokenizedConversation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes ids and tiles of rows. The pictures of the last rows are kept, since data sets ask several questions about one.
 * Confined to one thread.
 */
final class RowMaker {
    private static final int KEPT_PICTURES = 8;

    private final PairTokenizer tokenizer;
    private final ImageProcessor processor;
    private final ImageDecoder decoder;
    private final int maxTokens;
    private final Map<String, ProcessedImage> pictures = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ProcessedImage> eldest) {
            return size() > KEPT_PICTURES;
        }
    };

    RowMaker(PairTokenizer tokenizer, ImageProcessor processor, ImageDecoder decoder, int maxTokens) {
        this.tokenizer = tokenizer;
        this.processor = processor;
        this.decoder = decoder;
        this.maxTokens = maxTokens;
    }

    /**
     * The row as the model takes it.
     *
     * @throws RejectedRowException if it cannot be used
     */
    Sample sample(String rowId, InputRow row) {
        List<ProcessedImage> images = new ArrayList<>();
        int[] imageTokens = new int[row.images().size()];
        for (int i = 0; i < imageTokens.length; i++) {
            ProcessedImage image = picture(row.images().get(i), imageTokens.length);
            images.add(image);
            imageTokens[i] = processor.imageTokens(image.imageHeight(), image.imageWidth(), imageTokens.length);
        }
        TokenizedConversation ids = tokenize(row);
        Sample sample = new Sample(
                rowId,
                ids.promptIds(),
                images,
                imageTokens,
                answer(ids.chosenIds(), ids.chosenScored()),
                answer(ids.rejectedIds(), ids.rejectedScored()));
        requireLength(sample);
        return sample;
    }

    private static Answer answer(int[] ids, boolean[] scored) {
        return ids.length == 0 ? Answer.none() : Answer.of(ids, scored);
    }

    private ProcessedImage picture(byte[] encoded, int rowImages) {
        String key = Sha256.of(encoded) + " of " + rowImages;
        ProcessedImage known = pictures.get(key);
        if (known != null) {
            return known;
        }
        try {
            ProcessedImage made = processor.process(decoder.decode(encoded), rowImages);
            pictures.put(key, made);
            return made;
        } catch (ImageRejectedException e) {
            throw new RejectedRowException("unusable image: " + e.getMessage());
        }
    }

    private TokenizedConversation tokenize(InputRow row) {
        try {
            return tokenizer.encode(row.conversation());
        } catch (IllegalArgumentException e) {
            throw new RejectedRowException("not tokenizable: " + e.getMessage());
        }
    }

    /** The longest sequence that one answer makes: what the model must hold, whichever way pairs are batched. */
    private void requireLength(Sample sample) {
        int tokens = sample.prefixTokens()
                + Math.max(sample.chosen().length(), sample.rejected().length());
        if (maxTokens > 0 && tokens > maxTokens) {
            throw new RejectedRowException("too long: " + tokens + " tokens, prepare.max-tokens is " + maxTokens);
        }
    }
}
