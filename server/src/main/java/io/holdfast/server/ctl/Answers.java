package io.holdfast.server.ctl;

import java.io.IOException;
import java.util.Map;

/** Answers of the API in JSON. Some have their content in a field {@code data}. */
final class Answers {
  private Answers() {}

  /** Returns the content of an answer that must be a success. */
  static Map<String, Object> content(
      Server server, String method, String path, Server.Answer answer) throws Failure {
    if (!Server.isSuccess(answer.status())) {
      throw server.refused(method, path, answer.status(), error(answer.body()));
    }
    try {
      Map<String, Object> object = Json.object(answer.body());
      return Json.object(object, "data").orElse(object);
    } catch (IOException e) {
      throw Failure.of(
          "%s%s is not the API of Holdfast (expected: its address as --url): %s"
              .formatted(server.address(), path, e.getMessage()));
    }
  }

  static long number(Server server, String method, String path, Server.Answer answer, String field)
      throws Failure {
    return Json.number(content(server, method, path, answer), field);
  }

  /** Returns the reason in an error of the API; other texts unchanged. */
  static String error(String body) {
    try {
      return Json.text(Json.object(body), "error").orElse(body);
    } catch (IOException e) {
      return body;
    }
  }
}
