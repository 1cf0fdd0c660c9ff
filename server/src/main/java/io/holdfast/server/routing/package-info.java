/**
 * The step from a raw request line to a {@code Route}.
 *
 * <p>{@code Routes} reads the raw path, as Go's mux and the Pushgateway's router do: redirects,
 * methods, case and slashes alike. A {@code Route} holds the operation and its grouping labels,
 * checked and decoded. A path without an operation is a route too.
 *
 * <p>All objects are immutable once made; any thread may ask. This room sees neither headers nor
 * bodies, and answers nothing.
 */
@NullMarked
package io.holdfast.server.routing;

import org.jspecify.annotations.NullMarked;
