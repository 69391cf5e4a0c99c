/**
 * The OpenAPI document, from the routes and the schemas that validate.
 * @module
 */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import { IDEMPOTENCY_KEY, PROBLEM } from "../publish/schemas.ts";
import type { Schema } from "../request/check.ts";
import type { Area, Route } from "../route.ts";

/** What JSON Schema has no word for: the validator checks it all the same. */
const LOOSE: ConversionConfig = { target: "draft-2020-12", ignoreActions: ["check"] };

/**
 * Describes routes.
 *
 * @param mount Where the application is mounted: empty, or a path without a slash at its end.
 * @returns An OpenAPI 3.1 document.
 */
export function describe(areas: readonly Area[], mount: string): object {
  const schemas = Object.assign({ Problem: PROBLEM }, ...areas.map((area) => area.schemas)) as Record<
    string,
    Schema
  >;
  const paths: Record<string, Record<string, object>> = {};
  for (const route of areas.flatMap((area) => area.routes)) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "kombu-edge", version: "1", description: "Publish Kombu messages over HTTP." },
    servers: [{ url: mount || "/" }],
    paths,
    components: {
      schemas: toJsonSchemaDefs(schemas as never, {
        ...LOOSE,
        overrideRef: ({ referenceId }) => reference(referenceId),
      }),
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        password: { type: "http", scheme: "basic", description: "The password is the token." },
      },
    },
  };
}

function operation(route: Route): object {
  const { method, path, summary, access, basic, body, answers } = route;
  const parameters = parametersOf(route);
  return {
    operationId:
      method.toLowerCase() + path.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    ...(access !== "open" && { security: [{ token: [] }, ...(basic ? [{ password: [] }] : [])] }),
    ...(access.match(/^(open|token)$/) === null && { "x-right": access }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: content(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          { description: "Success", ...(schema && { content: content({ "application/json": schema }) }) },
        ]),
      ),
      default: { description: "Failure", content: content({ "application/problem+json": "Problem" }) },
    },
  };
}

function parametersOf({ path, query = {}, idempotent }: Route): object[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1 },
  }));
  const inQuery = Object.entries(query).map(([name, schema]) => ({
    name,
    in: "query",
    required: schema.type !== "optional",
    schema: { ...toJsonSchema(schema, LOOSE), $schema: undefined },
  }));
  const key = { ...toJsonSchema(IDEMPOTENCY_KEY, LOOSE), $schema: undefined };
  return [
    ...inPath,
    ...inQuery,
    ...(idempotent ? [{ name: "Idempotency-Key", in: "header", schema: key }] : []),
  ];
}

function content(types: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(types).map(([type, schema]) => [
      type,
      schema ? { schema: { $ref: reference(schema) } } : {},
    ]),
  );
}

function reference(schema: string): string {
  return `#/components/schemas/${schema}`;
}
