// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Settings of a model's image processor, from {@code processor_config.json} (where transformers 5 keeps them) or
 * {@code preprocessor_config.json}. What the file leaves out has the value that transformers 5.23 gives it.
 *
 * <p>Steps that only some processors have are checked by the family that builds the processor; one that would not resize is
 * refused here. Rescaling and normalisation that are switched off leave the levels as they are.
 *
 * @param source the file, for messages
 * @param type its class in transformers, without the ending {@code Fast}
 * @param size what pictures are resized to
 * @param crop what is cut out of their middle; all of it ({@code size}) where the processor does not crop
 * @param padding whether pictures are padded first ({@code do_pad})
 * @param resample the filter, as {@code PIL.Image.Resampling} numbers it: 1 Lanczos, 2 bilinear, 3 bicubic
 * @param rescale the factor that makes numbers between 0 and 1 of uint8 levels; 1 where the processor does not rescale
 * @param mean for red, green and blue, subtracted after rescaling; 0 where the processor does not normalise
 * @param std divided by after that; 1 where the processor does not normalise
 * @param pinpoints resolutions for tiling, height and width; empty if the file has none
 * @param all of it, by name, for what one processor alone has
 */
public record ProcessorSettings(
        String source,
        String type,
        Size size,
        Size crop,
        Padding padding,
        int resample,
        double rescale,
        List<Double> mean,
        List<Double> std,
        List<List<Integer>> pinpoints,
        ModelConfig all) {
    private static final String NESTED_FILE = "processor_config.json";
    private static final String NESTED = "image_processor";
    private static final String OWN_FILE = "preprocessor_config.json";
    private static final String TYPE = "image_processor_type";
    /** Whose defaults a processor has that the defaults do not name. */
    private static final String COMMON = "CLIPImageProcessor";

    private static final String CROP = "do_center_crop";
    private static final String MEAN = "image_mean";

    public ProcessorSettings {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        pinpoints = List.copyOf(pinpoints);
    }

    /** Whether {@code do_pad} is set; what it means is the processor's affair. */
    public enum Padding {
        NONE,
        PAD
    }

    /** How a picture is fitted to a size. */
    public enum Fit {
        /** Its shorter side gets the size; both numbers are the same. */
        SHORTEST_EDGE,
        /** Its longer side gets the size, or at most that; both numbers are the same. */
        LONGEST_EDGE,
        /** Both sides get the size, whatever the shape. */
        EXACT
    }

    /** A size in pixels. */
    public record Size(int height, int width, Fit fit) {}

    /**
     * Reads the settings of a model directory.
     *
     * @throws CheckpointMismatchException if neither file is there, or an option is not understood or not supported
     */
    public static ProcessorSettings read(Path modelDirectory) {
        Path nested = modelDirectory.resolve(NESTED_FILE);
        if (Files.isRegularFile(nested)) {
            JsonElement settings = JsonFile.readObject(nested).get(NESTED);
            if (settings != null && settings.isJsonObject()) {
                return parse(settings.getAsJsonObject(), nested.toString());
            }
        }
        Path own = modelDirectory.resolve(OWN_FILE);
        if (Files.isRegularFile(own)) {
            return parse(JsonFile.readObject(own), own.toString());
        }
        throw new CheckpointMismatchException("Cannot read the image processor of " + modelDirectory + ": neither "
                + OWN_FILE + " nor " + NESTED + " in " + NESTED_FILE + " is there");
    }

    /**
     * Reads the text of a {@code preprocessor_config.json}.
     *
     * @param source what messages call the text
     */
    public static ProcessorSettings parse(String json, String source) {
        return parse(JsonFile.parseObject(json, source), source);
    }

    /** {@code image_mean} as levels of red, green and blue: the ground on which some processors lay pictures. */
    public byte[] meanColour() {
        List<Double> levels = all.numbers(MEAN);
        byte[] colour = new byte[3];
        for (int channel = 0; channel < 3; channel++) {
            colour[channel] = (byte) (int) (levels.get(channel) * 255);
        }
        return colour;
    }

    private static ProcessorSettings parse(JsonObject settings, String source) {
        JsonObject defaults = defaults(settings);
        JsonObject completed = settings.deepCopy();
        defaults.entrySet().forEach(entry -> {
            JsonElement given = completed.get(entry.getKey());
            if (given == null || given.isJsonNull()) {
                completed.add(entry.getKey(), entry.getValue());
            }
        });
        ModelConfig values = ModelConfig.parse(completed.toString(), source);
        values.requireOneOf("do_resize", true);
        values.requireOneOf("resample", 1, 2, 3);
        if (!defaults.get(CROP).getAsBoolean()) {
            values.requireOneOf(CROP, false);
        }
        boolean normalises = values.flag("do_normalize");
        return new ProcessorSettings(
                source,
                withoutFast(values.text(TYPE)),
                size(values, defaults),
                crop(values, defaults),
                values.flag("do_pad") ? Padding.PAD : Padding.NONE,
                values.integer("resample"),
                values.flag("do_rescale") ? values.number("rescale_factor") : 1,
                normalises ? values.numbers(MEAN) : List.of(0.0, 0.0, 0.0),
                normalises ? values.numbers("image_std") : List.of(1.0, 1.0, 1.0),
                values.has("image_grid_pinpoints") ? values.integerLists("image_grid_pinpoints") : List.of(),
                values);
    }

    private static JsonObject defaults(JsonObject settings) {
        JsonElement type = settings.get(TYPE);
        String name = type != null && type.isJsonPrimitive() ? withoutFast(type.getAsString()) : COMMON;
        return resource(name).or(() -> resource(COMMON)).orElseThrow();
    }

    private static Optional<JsonObject> resource(String type) {
        return type.matches("\\w+") ? JsonFile.findResource("processors/" + type + ".json") : Optional.empty();
    }

    private static String withoutFast(String type) {
        return type.replaceFirst("Fast$", "");
    }

    private static Size crop(ModelConfig values, JsonObject defaults) {
        Size crop = values.flag(CROP) ? size(values, "crop_size") : size(values, defaults);
        return new Size(crop.height(), crop.width(), Fit.EXACT);
    }

    /** The size that pictures are resized to; a longest edge is understood where it is the processor's own way. */
    private static Size size(ModelConfig values, JsonObject defaults) {
        boolean longest = defaults.get("size").isJsonObject()
                && defaults.getAsJsonObject("size").has("longest_edge");
        if (longest && values.has("size.longest_edge")) {
            int edge = values.integer("size.longest_edge");
            return new Size(edge, edge, Fit.LONGEST_EDGE);
        }
        return size(values, "size");
    }

    private static Size size(ModelConfig values, String key) {
        if (values.has(key + ".longest_edge") || values.has(key + ".max_height")) {
            throw new CheckpointMismatchException("Cannot read " + values.source() + ": " + key
                    + " has longest_edge or max_height (supported: shortest_edge, or height and width)");
        }
        if (values.has(key + ".height")) {
            return new Size(values.integer(key + ".height"), values.integer(key + ".width"), Fit.EXACT);
        }
        int edge = values.integer(values.has(key + ".shortest_edge") ? key + ".shortest_edge" : key);
        return new Size(edge, edge, Fit.SHORTEST_EDGE);
    }

    /**
     * Refuses a processor that is not one of {@code types}.
     *
     * @throws CheckpointMismatchException naming file, type and what is supported
     */
    public void requireType(String... types) {
        if (!List.of(types).contains(type)) {
            throw new CheckpointMismatchException("Cannot process images as " + source
                    + " says: image_processor_type is " + type + " (supported: " + String.join(", ", types) + ")");
        }
    }
}
