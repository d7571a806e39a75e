// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Draws scenes. Sizes and places are shaken a little, so that equal scenes need not be equal pictures. */
final class Painter {
    /** Height and width of a picture in pixels. */
    static final int SIDE = 144;

    private static final float QUALITY = 0.9f;
    private static final double CELL = (double) SIDE / Place.SIDE;
    private static final Color PAPER = new Color(0xf7f5ef);
    private static final Color AXIS = new Color(0x555555);
    private static final double MARGIN = 14;

    private Painter() {}

    /** The picture as JPEG; the same scene and seed give the same bytes. */
    static byte[] jpeg(Scene scene, long seed) {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = picture.createGraphics();
        try {
            pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            pen.setColor(PAPER);
            pen.fillRect(0, 0, SIDE, SIDE);
            SplittableRandom random = new SplittableRandom(seed);
            if (scene instanceof Scene.Shapes shapes) {
                shapes.items().forEach(item -> draw(pen, item, random));
            } else if (scene instanceof Scene.Chart chart) {
                draw(pen, chart, random);
            }
        } finally {
            pen.dispose();
        }
        return encode(picture);
    }

    private static void draw(Graphics2D pen, Item item, SplittableRandom random) {
        double radius = CELL * (0.32 + 0.08 * random.nextDouble());
        double play = CELL / 2 - radius;
        double x = CELL * (item.place().column() + 0.5) + play * (random.nextDouble() - 0.5);
        double y = CELL * (item.place().row() + 0.5) + play * (random.nextDouble() - 0.5);
        pen.setColor(item.hue().color());
        pen.fill(item.figure().outline(x, y, radius));
    }

    private static void draw(Graphics2D pen, Scene.Chart chart, SplittableRandom random) {
        double base = SIDE - MARGIN;
        double step = (SIDE - 2 * MARGIN) / Bar.HIGHEST;
        double slot = (SIDE - 2 * MARGIN) / chart.bars().size();
        for (int i = 0; i < chart.bars().size(); i++) {
            Bar bar = chart.bars().get(i);
            double width = slot * (0.55 + 0.25 * random.nextDouble());
            double x = MARGIN + slot * (i + 0.5) - width / 2;
            pen.setColor(bar.hue().color());
            pen.fill(new Rectangle2D.Double(x, base - step * bar.height(), width, step * bar.height()));
        }
        pen.setColor(AXIS);
        pen.setStroke(new BasicStroke(2));
        pen.draw(new Line2D.Double(MARGIN / 2, base, SIDE - MARGIN / 2, base));
        pen.draw(new Line2D.Double(MARGIN / 2, MARGIN / 2, MARGIN / 2, base));
    }

    private static byte[] encode(BufferedImage picture) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot encode a picture of " + SIDE + " pixels as JPEG", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
