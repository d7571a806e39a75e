/** TorchScript source run through DJL, and the few tensor helpers that need no script; imports nothing of ours. */
@NullMarked
package dev.vireo.tensor;

import org.jspecify.annotations.NullMarked;
