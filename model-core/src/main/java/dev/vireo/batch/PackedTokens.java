// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The packed sequence while it grows: ids, positions, segments, places of image tokens. */
final class PackedTokens {
    private final long[] ids;
    private final long[] positions;
    private long[] segments = new long[0];
    private long[] imagePlaces = new long[0];
    private int size;

    PackedTokens(int length) {
        ids = new long[length];
        positions = new long[length];
    }

    /** Appends a row's prompt, each placeholder as many times as it stands for tokens. */
    void prefix(Sample sample, int imageTokenId) {
        int start = size;
        int[] counts = sample.imageSpans().stream()
                .flatMapToInt(span -> IntStream.generate(span::tokensEach).limit(span.placeholders()))
                .toArray();
        int placeholder = 0;
        for (int id : sample.promptIds()) {
            if (id != imageTokenId) {
                append(id, size - start);
                continue;
            }
            if (placeholder == counts.length) {
                throw mismatch(sample, counts.length, imageTokenId);
            }
            appendImage(id, counts[placeholder++], start);
        }
        if (placeholder != counts.length) {
            throw mismatch(sample, counts.length, imageTokenId);
        }
        segment(start, size, start, start);
    }

    /** Appends an answer behind the prefix start..end and returns where it begins. */
    int answer(Answer answer, int prefixStart, int prefixEnd) {
        int start = size;
        for (int id : answer.ids()) {
            append(id, prefixEnd - prefixStart + size - start);
        }
        if (size > start) {
            segment(start, size, prefixStart, prefixEnd);
        }
        return start;
    }

    private void appendImage(int id, int count, int start) {
        int first = imagePlaces.length;
        imagePlaces = Arrays.copyOf(imagePlaces, first + count);
        for (int i = 0; i < count; i++) {
            imagePlaces[first + i] = size;
            append(id, size - start);
        }
    }

    private void append(int id, int position) {
        ids[size] = id;
        positions[size] = position;
        size++;
    }

    private void segment(int start, int end, int prefixStart, int prefixEnd) {
        int at = segments.length;
        segments = Arrays.copyOf(segments, at + 4);
        segments[at] = start;
        segments[at + 1] = end;
        segments[at + 2] = prefixStart;
        segments[at + 3] = prefixEnd;
    }

    private static IllegalArgumentException mismatch(Sample sample, int expected, int imageTokenId) {
        long placeholders = Arrays.stream(sample.promptIds())
                .filter(id -> id == imageTokenId)
                .count();
        return new IllegalArgumentException("Cannot pack row " + sample.rowId() + ": its prompt has " + placeholders
                + " image placeholders and " + sample.images().size() + " images"
                + (expected == sample.images().size() ? "" : ", which take " + expected));
    }

    int size() {
        return size;
    }

    long[] ids() {
        return ids;
    }

    long[] positions() {
        return positions;
    }

    long[] segments() {
        return segments;
    }

    long[] imagePlaces() {
        return imagePlaces;
    }
}
