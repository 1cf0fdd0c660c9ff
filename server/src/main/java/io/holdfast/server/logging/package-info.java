/**
 * Logs to standard error: one line for each event, as logfmt or JSON in the form of Prometheus's
 * servers.
 *
 * <p>A line never holds a line feed or a control character of a client: values are quoted. Repeated
 * mistakes of clients cannot fill the log. {@code LogRate} bounds lines by kind and by client, and
 * {@code ForeignLines} bounds the lines of libraries.
 *
 * <p>The thread that logs writes the line, and waits while the reader of standard error is slow. No
 * line goes to a disk. A line that standard error refuses is lost, and the node goes on.
 *
 * <p>Logback finds {@code Logging} as a service, so that no configuration file is read. This room
 * decides the form and the number of lines. Other rooms decide which events are logged.
 */
@NullMarked
package io.holdfast.server.logging;

import org.jspecify.annotations.NullMarked;
