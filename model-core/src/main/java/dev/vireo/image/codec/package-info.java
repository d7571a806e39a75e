/**
 * File formats: from encoded bytes to 8-bit pixels as Pillow decodes them. Bit streams are read by the JDK's
 * readers and by libwebp; what they leave open or do otherwise than Pillow is here. Imports nothing of Vireo.
 */
@NullMarked
package dev.vireo.image.codec;

import org.jspecify.annotations.NullMarked;
