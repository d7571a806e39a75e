// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Jinja's {@code namespace()}: attributes that a template may set from within loops. */
public final class Namespace implements HasAttributes {
    private final Map<String, Object> attributes = new LinkedHashMap<>();

    /** A namespace that begins with these attributes. */
    public static Namespace of(Map<String, Object> attributes) {
        Namespace namespace = new Namespace();
        attributes.forEach(namespace::set);
        return namespace;
    }

    /** Sets an attribute; names that begin with an underscore are an error, as in transformers. */
    public void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw PythonException.raised("cannot store underscore-prefixed attribute '" + name + "' on a namespace");
        }
        attributes.put(name, value);
    }

    @Override
    public Optional<Object> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }
}
