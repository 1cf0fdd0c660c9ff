package io.holdfast.server.http;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A handler that throws no checked exception, so that a handler before it can call it from any
 * thread.
 */
public interface NonThrowingHandler extends Handler {
  @Override
  boolean handle(Request request, Response response, Callback callback);
}
