// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The JDK's own reader of a format. Others that happen to be installed are never taken, whatever class loader is current:
 * they need not give the same pixels.
 */
final class StandardReader implements AutoCloseable {
    private static final String STANDARD = "com.sun.imageio.plugins.";

    private static final Map<String, ImageReaderSpi> PROVIDERS = providers();

    private final ImageReader reader;
    private final ImageInputStream input;

    private StandardReader(ImageReader reader, ImageInputStream input) {
        this.reader = reader;
        this.input = input;
    }

    /**
     * @param format {@code jpeg}, {@code png}, {@code gif} or {@code bmp}
     */
    static StandardReader open(String format, byte[] encoded) throws IOException {
        ImageReader reader = provider(format).createReaderInstance();
        ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded));
        reader.setInput(input, true, true);
        return new StandardReader(reader, input);
    }

    private static Map<String, ImageReaderSpi> providers() {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true"); // without a display, and without a look for one
        }
        Map<String, ImageReaderSpi> providers = new HashMap<>();
        Iterator<ImageReaderSpi> all =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (all.hasNext()) {
            ImageReaderSpi provider = all.next();
            String type = provider.getClass().getName();
            if (type.startsWith(STANDARD)) {
                providers.put(type.substring(STANDARD.length(), type.lastIndexOf('.')), provider);
            }
        }
        return Map.copyOf(providers);
    }

    private static ImageReaderSpi provider(String format) {
        ImageReaderSpi provider = PROVIDERS.get(format);
        if (provider == null) {
            throw new IllegalStateException("Cannot find the JDK's reader of " + format + ": the module java.desktop of"
                    + " this runtime has none");
        }
        return provider;
    }

    ImageReader get() {
        return reader;
    }

    /** Hears what the reader would not stop for. */
    void onWarning(Consumer<String> listener) {
        IIOReadWarningListener heard = (source, warning) -> listener.accept(warning);
        reader.addIIOReadWarningListener(heard);
    }

    @Override
    public void close() throws IOException {
        reader.dispose();
        input.close();
    }
}
