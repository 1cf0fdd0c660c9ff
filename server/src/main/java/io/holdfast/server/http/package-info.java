/**
 * Jetty, set up to read what the Pushgateway reads, and the means to answer: one {@code Exchange}
 * for each request.
 *
 * <p>Guarantees to handlers: bodies arrive without a thread that waits, decompressed within limits
 * and a common budget ({@code BodyReader}, {@code ByteBudget}); answers that nobody reads give way
 * ({@code Answers}); an answer before the body's end does not break the connection ({@code
 * EarlyAnswers}). Guarantees to clients: connections, headers, bodies and answers have bounds in
 * number, bytes and time, and the slowest give way first ({@code Connections}, {@code SlowBodies}).
 *
 * <p>This room knows no routes, no groups and no metrics: a listener hears of each refusal. Nothing
 * here blocks a thread of the server's pool.
 */
@NullMarked
package io.holdfast.server.http;

import org.jspecify.annotations.NullMarked;
