/**
 * Logs to standard error: one event, one line, as logfmt or JSON in the form of Prometheus's
 * servers.
 *
 * <p>A line never holds a line feed or a control character of a client's: values are quoted.
 * Repeated mistakes of clients cannot fill the log: {@code LogRate} bounds lines by kind and by
 * client, {@code ForeignLines} those of libraries.
 *
 * <p>Logback finds {@code Logging} as a service, so that no configuration file is read. This room
 * decides how a line looks and how many there are, never what is worth one.
 */
@NullMarked
package io.holdfast.server.logging;

import org.jspecify.annotations.NullMarked;
