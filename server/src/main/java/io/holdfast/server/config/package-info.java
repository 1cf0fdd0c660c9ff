/**
 * The command line: every flag declared once, read strictly, and made into one immutable {@code
 * Options}.
 *
 * <p>{@code FlagTable}, {@code LimitFlags} and {@code ClusterFlags} declare the flags, from which
 * the help follows. The readers check values one by one and against each other. A mistake is an
 * {@code IllegalArgumentException} whose message names the flag, the value and what was expected.
 *
 * <p>Code that holds {@code Options} checks nothing again. Only what depends on the machine is
 * decided later ({@code Limits}: heap, open files). This room opens no file but secrets and
 * {@code @file} arguments, and starts nothing.
 */
@NullMarked
package io.holdfast.server.config;

import org.jspecify.annotations.NullMarked;
