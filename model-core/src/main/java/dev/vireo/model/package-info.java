/**
 * A vision-language model as chains of blocks, and how one is loaded. Families live in the packages below; each gives
 * settings, blocks and names, nothing else. Imports {@code nn}, {@code checkpoint}, {@code batch}, {@code tensor}.
 */
@NullMarked
package dev.vireo.model;

import org.jspecify.annotations.NullMarked;
