/**
 * Programs that do the least that any server must do: answer a push, send a scrape, commit a batch.
 * {@code scripts/bench} runs each as a process of its own and divides Holdfast's figures by theirs.
 */
@NullMarked
package io.holdfast.benchmarks.ceiling;

import org.jspecify.annotations.NullMarked;
