/**
 * The access control: passwords against bcrypt hashes, without delay for other clients, and a token
 * bucket.
 *
 * <p>Checks run on the threads of {@code PasswordChecks}, so that no thread of the server waits for
 * bcrypt. Waiting checks are bounded, in all and for each address. Answers to earlier checks are
 * kept in memory alone; this room uses no disk and asks no peer.
 *
 * <p>Of HTTP, this room knows only the form of an {@code Authorization} header. This room does not
 * know where users come from.
 */
@NullMarked
package io.holdfast.server.access;

import org.jspecify.annotations.NullMarked;
