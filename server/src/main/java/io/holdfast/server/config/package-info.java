/**
 * The command line: every flag is declared once, read strictly, and becomes part of one immutable
 * {@code Options}.
 *
 * <p>{@code FlagTable}, {@code LimitFlags} and {@code ClusterFlags} declare the flags. The help
 * follows from the declarations. The readers check values singly and against each other. A mistake
 * is an {@code IllegalArgumentException}. Its message names the flag, the value and the expected
 * form.
 *
 * <p>Code that holds {@code Options} repeats no check. {@code Limits} decides later about values
 * that depend on the machine: heap and open files. This room opens only secret files, files of
 * arguments and, for the store's default directory, the table of mounts. A file that cannot be read
 * is a mistake on the command line. This room starts nothing.
 *
 * <p>The main thread reads the command line, before any other thread starts. All results are
 * immutable.
 */
@NullMarked
package io.holdfast.server.config;

import org.jspecify.annotations.NullMarked;
