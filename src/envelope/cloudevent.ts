/**
 * The form in which webhooks and events are queued.
 * @module
 */

/** A CloudEvents 1.0 object in the JSON format. `tenant` is an extension attribute. */
export interface CloudEvent {
  specversion: "1.0";
  id: string;
  source: string;
  type: string;
  time: string;
  datacontenttype: string;
  subject?: string;
  tenant?: string;
  data?: unknown;
  data_base64?: string;
}
