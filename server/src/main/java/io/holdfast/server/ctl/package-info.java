/**
 * The command line tool {@code holdfastctl}: one subcommand for each task of an operator.
 *
 * <p>A command talks to a server over HTTP alone, as any client does, or reads files. Commands for
 * servers load neither the database nor the cluster, so that the tool starts quickly. {@code check}
 * runs the code of a push. Results go to standard output; errors, questions and progress go to
 * standard error. {@link ExitCodes} is the contract with scripts.
 *
 * <p>No object is shared between threads: a run has one thread and one {@link Console}.
 */
@NullMarked
package io.holdfast.server.ctl;

import org.jspecify.annotations.NullMarked;
