/**
 * Benchmarks of the steps of a push and of a scrape, with JMH: parse, prepare, commit, render, join
 * gzip. {@code scripts/microbench} runs them. {@code scripts/bench} measures whole nodes instead.
 *
 * <p>No part of Holdfast depends on this module, and no package ships it.
 */
@NullMarked
package io.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
