/**
 * Jetty, set up to read the Pushgateway's requests, and the means to answer: one {@code Exchange}
 * for each request.
 *
 * <p>Guarantees to handlers:
 *
 * <ul>
 *   <li>Bodies arrive without a waiting thread. They are decompressed within limits and a common
 *       budget ({@code BodyReader}, {@code ByteBudget}).
 *   <li>Answers that clients do not read give way to others ({@code Answers}).
 *   <li>An answer before the body's end does not break the connection ({@code EarlyAnswers}).
 * </ul>
 *
 * <p>Guarantees to clients: connections, headers, bodies and answers have bounds in number, bytes
 * and time. The slowest are closed first ({@code Connections}, {@code SlowBodies}).
 *
 * <p>This room knows no routes, no groups and no metrics. A listener is told of each refusal.
 * Nothing here blocks a thread of the server's pool.
 */
@NullMarked
package io.holdfast.server.http;

import org.jspecify.annotations.NullMarked;
