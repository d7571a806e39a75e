// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.Optional;

/** An object that is known by its attributes alone. */
public interface HasAttributes {

    /** The attribute, or nothing if the object has none of that name. */
    Optional<Object> attribute(String name);
}
