// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tensor;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source into the archive that {@code torch::jit::load} reads: a zip of stored entries holding the
 * source, a pickled object of the module's class with its attributes, an empty tuple of constants and a version.
 */
final class ScriptArchive {
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private ScriptArchive() {}

    /**
     * @param className the module's class in {@code source}
     * @param attributes values of the attributes that the class declares: {@code Long}, {@code Double} or {@code Boolean}
     * @param source the text of the archive's one file, in the dialect that TorchScript itself writes
     */
    static byte[] of(String className, Map<String, ?> attributes, String source) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "m/data.pkl", pickle(className, attributes));
            store(zip, "m/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            store(zip, "m/constants.pkl", EMPTY_TUPLE);
            store(zip, "m/version", "10\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Pickle protocol 2: an instance of {@code __torch__.className} whose state is the attributes and {@code training}. */
    private static byte[] pickle(String className, Map<String, ?> attributes) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(new byte[] {(byte) 0x80, 2});
        out.write(("c__torch__\n" + className + "\n").getBytes(StandardCharsets.UTF_8));
        out.write(new byte[] {')', (byte) 0x81, '}', '('});
        entry(out, "training", false);
        for (var attribute : attributes.entrySet()) {
            entry(out, attribute.getKey(), attribute.getValue());
        }
        out.write(new byte[] {'u', 'b', '.'});
        return bytes.toByteArray();
    }

    private static void entry(DataOutputStream out, String name, Object value) throws IOException {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        out.writeInt(Integer.reverseBytes(key.length));
        out.write(key);
        if (value instanceof Boolean flag) {
            out.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Double number) {
            out.write('G');
            out.writeDouble(number);
        } else if (value instanceof Long number) {
            out.write(new byte[] {(byte) 0x8a, 8});
            out.writeLong(Long.reverseBytes(number));
        } else {
            throw new IllegalArgumentException("Cannot bake attribute " + name + " into a script: " + value.getClass()
                    + " (expected Long, Double or Boolean)");
        }
    }

    private static void store(ZipOutputStream zip, String name, byte[] data) throws IOException {
        var entry = new ZipEntry(name);
        var crc = new CRC32();
        crc.update(data);
        entry.setSize(data.length);
        entry.setCompressedSize(data.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
