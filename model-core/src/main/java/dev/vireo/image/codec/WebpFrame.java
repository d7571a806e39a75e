// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The first picture of a WebP animation, and where it lies on the canvas. */
final class WebpFrame {
    private static final int FIRST_CHUNK = 12;
    private static final int CHUNK_HEADER = 8;
    private static final int FRAME_HEADER = 16;
    private static final byte ALPHA_FLAG = 0x10;

    private final byte[] encoded;
    private final int at;
    private final int length;

    private WebpFrame(byte[] encoded, int at, int length) {
        this.encoded = encoded;
        this.at = at;
        this.length = length;
    }

    /**
     * @param at where the frame's chunk (ANMF) has its body
     * @param canvas which the frame must not leave
     */
    static WebpFrame of(byte[] encoded, int at, int length, ImageHeader canvas) throws IOException {
        WebpFrame frame = new WebpFrame(encoded, at, length);
        if (length < FRAME_HEADER
                || frame.left() + frame.width() > canvas.width()
                || frame.top() + frame.height() > canvas.height()) {
            throw new IOException("it is broken: its first frame does not fit on its canvas");
        }
        return frame;
    }

    private int triple(int offset) {
        return ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).getInt(at + offset) & 0xffffff;
    }

    private int left() {
        return 2 * triple(0);
    }

    private int top() {
        return 2 * triple(3);
    }

    private int width() {
        return 1 + triple(6);
    }

    private int height() {
        return 1 + triple(9);
    }

    /** A file with this picture alone. It says the frame's size, so that a stream of another size is not decoded. */
    byte[] file() {
        int body = length - FRAME_HEADER;
        ByteBuffer head = ByteBuffer.allocate(FIRST_CHUNK + CHUNK_HEADER + 10).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(WebpCodec.RIFF)
                .putInt(head.capacity() - CHUNK_HEADER + body)
                .putInt(WebpCodec.WEBP);
        head.putInt(WebpCodec.EXTENDED).putInt(10).putInt(ALPHA_FLAG).put(encoded, at + 6, 6);
        var file = new ByteArrayOutputStream(head.capacity() + body);
        file.write(head.array(), 0, head.capacity());
        file.write(encoded, at + FRAME_HEADER, body);
        return file.toByteArray();
    }

    /**
     * The picture on an empty canvas, as libwebp's WebPAnimDecoder begins: black and transparent, whatever background the file names.
     *
     * @param picture this frame's pixels
     * @param transparent whether the file says that its pictures have alpha; it is dropped otherwise
     */
    Pixels on(ImageHeader canvas, Pixels picture, boolean transparent) {
        byte[] rgb = new byte[Math.multiplyExact(3, canvas.height() * canvas.width())];
        byte[] alpha = new byte[rgb.length / 3];
        byte[] opacity = picture.alpha();
        for (int y = 0; y < height(); y++) {
            int from = y * width();
            int to = (top() + y) * canvas.width() + left();
            System.arraycopy(picture.rgb(), 3 * from, rgb, 3 * to, 3 * width());
            if (opacity == null) {
                Arrays.fill(alpha, to, to + width(), (byte) 0xff);
            } else {
                System.arraycopy(opacity, from, alpha, to, width());
            }
        }
        return transparent ? Pixels.withAlpha(rgb, alpha) : Pixels.opaque(rgb);
    }
}
