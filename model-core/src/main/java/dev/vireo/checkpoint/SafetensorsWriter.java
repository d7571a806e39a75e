// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes a safetensors file tensor by tensor, so that a model need not be in memory at once: the header first, made of
 * the {@link TensorInfo}s, then {@link #append} for each tensor in the order of {@link #order}.
 *
 * <p>The order is by falling element size, then by name, which aligns every tensor to its element size.
 */
public final class SafetensorsWriter {
    /** The metadata that readers in PyTorch expect. */
    public static final Map<String, String> PYTORCH = Map.of("format", "pt");

    private final WritableByteChannel channel;
    private final List<TensorInfo> order;
    private int current;
    private long written;

    private SafetensorsWriter(WritableByteChannel channel, List<TensorInfo> order) {
        this.channel = channel;
        this.order = order;
    }

    /**
     * Starts a file on {@code out} by writing its header. The caller closes the stream, after {@link #finish}.
     *
     * @throws IllegalArgumentException if two tensors have the same name
     */
    public static SafetensorsWriter start(
            OutputStream out, Collection<TensorInfo> tensors, Map<String, String> metadata) throws IOException {
        List<TensorInfo> order = order(tensors);
        byte[] json = header(order, metadata).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + 7) / 8 * 8; // the data begins on a multiple of 8
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json).put(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII));
        SafetensorsWriter writer = new SafetensorsWriter(Channels.newChannel(out), order);
        writer.writeFully(header.flip());
        return writer;
    }

    /** Writes a whole file, whose name appears only when it is complete. */
    public static void write(Path file, Map<String, HostTensor> tensors, Map<String, String> metadata) {
        AtomicFile.write(file, out -> write(out, tensors, metadata));
    }

    /** Writes the content of a whole file to a stream that the caller closes. */
    public static void write(OutputStream out, Map<String, HostTensor> tensors, Map<String, String> metadata)
            throws IOException {
        List<TensorInfo> infos = tensors.entrySet().stream()
                .map(entry -> entry.getValue().info(entry.getKey()))
                .toList();
        SafetensorsWriter writer = start(out, infos, metadata);
        for (TensorInfo info : writer.order()) {
            writer.append(info.name(), requireNonNull(tensors.get(info.name())).bytes());
        }
        writer.finish();
    }

    /** The tensors in the order in which they must be appended. */
    public List<TensorInfo> order() {
        return order;
    }

    /**
     * Appends the remaining content of {@code bytes} to tensor {@code name}; several calls may bring one tensor in blocks.
     *
     * @throws IllegalStateException if it is another tensor's turn, or the tensor gets more bytes than it has
     */
    public void append(String name, ByteBuffer bytes) throws IOException {
        while (current < order.size() && !order.get(current).name().equals(name) && isComplete()) {
            next();
        }
        if (current == order.size() || !order.get(current).name().equals(name)) {
            throw new IllegalStateException("Cannot append tensor " + name + ": "
                    + (current == order.size()
                            ? "all are written"
                            : "it is the turn of " + order.get(current).name()));
        }
        TensorInfo info = order.get(current);
        if (written + bytes.remaining() > info.sizeBytes()) {
            throw new IllegalStateException("Cannot append " + bytes.remaining() + " bytes to tensor " + name + " of "
                    + info.type() + " " + info.shape() + ": it has " + written + " of " + info.sizeBytes());
        }
        written += bytes.remaining();
        writeFully(bytes.duplicate());
    }

    /**
     * Checks that every tensor was appended in full.
     *
     * @throws IllegalStateException if one was not
     */
    public void finish() {
        while (current < order.size() && isComplete()) {
            next();
        }
        if (current < order.size()) {
            throw new IllegalStateException(
                    "Cannot finish the file: tensor " + order.get(current).name() + " has " + written + " of "
                            + order.get(current).sizeBytes() + " bytes");
        }
    }

    private boolean isComplete() {
        return written == order.get(current).sizeBytes();
    }

    private void next() {
        current++;
        written = 0;
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static List<TensorInfo> order(Collection<TensorInfo> tensors) {
        Set<String> names = new HashSet<>();
        for (TensorInfo info : tensors) {
            if (!names.add(info.name()) || info.name().equals(SafetensorsHeader.METADATA)) {
                throw new IllegalArgumentException("Cannot write tensor " + info.name() + ": the name is taken");
            }
        }
        Comparator<TensorInfo> bySize =
                Comparator.comparingInt(info -> -info.type().elementBytes());
        return tensors.stream().sorted(bySize.thenComparing(TensorInfo::name)).toList();
    }

    private static String header(List<TensorInfo> order, Map<String, String> metadata) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(SafetensorsHeader.METADATA).beginObject();
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.name(entry.getKey()).value(entry.getValue());
                }
                json.endObject();
            }
            long begin = 0;
            for (TensorInfo info : order) {
                json.name(info.name())
                        .beginObject()
                        .name("dtype")
                        .value(info.type().name());
                json.name("shape").beginArray();
                for (long length : info.shape()) {
                    json.value(length);
                }
                long end = begin + info.sizeBytes();
                json.endArray()
                        .name("data_offsets")
                        .beginArray()
                        .value(begin)
                        .value(end)
                        .endArray();
                json.endObject();
                begin = end;
            }
            json.endObject();
        }
        return text.toString();
    }
}
