/**
 * Events in the form in which they are queued: CloudEvents 1.0, JSON format.
 * @module
 */
import type { CloudEvent } from "../envelope/cloudevent.ts";
import type { WebhookEvent } from "./events.ts";

/**
 * The CloudEvents object of an event: `id` is the sender's, `type` is `<source>.<event type>`, `source` is
 * `/webhooks/<source>`.
 * @param source Name of the source in this deployment.
 */
export function toCloudEvent(source: string, event: WebhookEvent): CloudEvent {
  const { id, type, time, contentType, subject, tenant, data, dataBase64 } = event;
  return {
    specversion: "1.0",
    id,
    source: `/webhooks/${source}`,
    type: `${source}.${type}`,
    time,
    datacontenttype: contentType,
    ...(subject !== undefined && { subject }),
    ...(tenant !== undefined && { tenant }),
    ...(dataBase64 === undefined ? { data } : { data_base64: dataBase64 }),
  };
}
