// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The few protocol buffer messages of an event file, field by field, and the framing of a record. */
final class EventBytes {
    /** Event.file_version. */
    static final int FILE_VERSION = 3;

    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION_LOG = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int SESSION_LOG_STATUS = 1;
    private static final long SESSION_START = 1;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An event that carries a summary. */
    static EventBytes summary(double wallTime, long step, EventBytes summary) {
        return new EventBytes().wallTime(wallTime).step(step).message(EVENT_SUMMARY, summary);
    }

    /** An event that says that a run starts again at a step. */
    static EventBytes restart(double wallTime, long step) {
        EventBytes log = new EventBytes().key(SESSION_LOG_STATUS, VARINT).varint(SESSION_START);
        return new EventBytes().wallTime(wallTime).step(step).message(EVENT_SESSION_LOG, log);
    }

    EventBytes wallTime(double seconds) {
        return key(EVENT_WALL_TIME, FIXED64).fixed(Long.BYTES, Double.doubleToRawLongBits(seconds));
    }

    private EventBytes step(long step) {
        return key(EVENT_STEP, VARINT).varint(step);
    }

    EventBytes text(int field, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return key(field, BYTES).varint(bytes.length).raw(bytes);
    }

    /** Adds a scalar to a summary. */
    EventBytes scalar(String tag, float value) {
        EventBytes entry = new EventBytes()
                .text(VALUE_TAG, tag)
                .key(VALUE_SIMPLE, FIXED32)
                .fixed(Float.BYTES, Float.floatToRawIntBits(value));
        return message(SUMMARY_VALUE, entry);
    }

    boolean isEmpty() {
        return out.size() == 0;
    }

    private EventBytes message(int field, EventBytes message) {
        byte[] bytes = message.out.toByteArray();
        return key(field, BYTES).varint(bytes.length).raw(bytes);
    }

    private EventBytes key(int field, int type) {
        return varint((long) field << 3 | type);
    }

    private EventBytes varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    private EventBytes fixed(int width, long bits) {
        for (int i = 0; i < width; i++) {
            out.write((int) (bits >>> 8 * i) & 0xff);
        }
        return this;
    }

    private EventBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** The message as a framed record. */
    byte[] record() {
        byte[] data = out.toByteArray();
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), Long.BYTES));
        record.put(data).putInt(maskedCrc(data, data.length));
        return record.array();
    }

    /** TensorFlow's masking, so that a checksum of data that holds checksums stays useful. */
    private static int maskedCrc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        int value = (int) crc.getValue();
        return (value >>> 15 | value << 17) + 0xa282ead8;
    }
}
