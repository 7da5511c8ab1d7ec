using System.Text.Json;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

/// <summary>
/// A strict client: follows a written stream as the official SDKs do and fails on any event out of its place, any number out
/// of order, any <c>done</c> that is not what its deltas add up to. Returns the response object of the last event.
/// </summary>
internal static class ResponsesGrammar
{
    public static JsonElement Check(byte[] stream, bool failed = false)
    {
        var client = new Client();
        foreach (var data in RecordedWalk.Events(stream))
        {
            client.Take(data);
        }

        return client.End(failed);
    }

    private sealed class Client
    {
        private readonly List<Item> _items = [];
        private int _sequence;
        private string? _ended;
        private JsonElement _response;

        public void Take(JsonElement data)
        {
            Assert.True(_ended is null or "error", "an event after the end");
            Assert.Equal(_sequence++, data.GetProperty("sequence_number").GetInt32());
            var type = data.GetProperty("type").GetString()!;
            switch (type)
            {
                case "response.created" or "response.in_progress":
                    Assert.Equal(_sequence, type == "response.created" ? 1 : 2);
                    TakeResponse(data, "in_progress");
                    break;
                case "response.output_item.added":
                    TakeAdded(data);
                    break;
                case "response.output_item.done":
                    TakeDone(data);
                    break;
                case "response.completed" or "response.incomplete" or "response.failed":
                    _ended = type;
                    TakeResponse(data, type["response.".Length..]);
                    break;
                case "error":
                    _ended = type;
                    Assert.NotEmpty(data.GetProperty("message").GetString()!);
                    Assert.NotEmpty(data.GetProperty("error").GetProperty("message").GetString()!);
                    break;
                default:
                    var item = _items[data.GetProperty("output_index").GetInt32()];
                    Assert.True(item.IsOpen, "an event for a finished item");
                    Assert.Equal(item.Id, data.GetProperty("item_id").GetString());
                    item.Take(type, data);
                    break;
            }
        }

        public JsonElement End(bool failed)
        {
            Assert.Equal(failed ? "response.failed" : _ended, _ended);
            if (!failed)
            {
                Assert.True(_ended is "response.completed" or "response.incomplete");
                Assert.All(_items, item => Assert.False(item.IsOpen));
                Assert.Equal(_items.Select(item => item.Final), _response.GetProperty("output").EnumerateArray().Select(item => item.GetRawText()));
            }

            return _response;
        }

        private void TakeResponse(JsonElement data, string status)
        {
            _response = data.GetProperty("response");
            Assert.Equal(status, _response.GetProperty("status").GetString());
            Assert.Equal("response", _response.GetProperty("object").GetString());
            foreach (var required in new[]
            {
                "id", "created_at", "error", "incomplete_details", "instructions", "metadata", "model", "output", "parallel_tool_calls", "temperature",
                "tool_choice", "tools", "top_p", "max_output_tokens", "previous_response_id", "reasoning", "text", "truncation", "usage",
            })
            {
                Assert.True(_response.TryGetProperty(required, out _), required);
            }
        }

        private void TakeAdded(JsonElement data)
        {
            Assert.Equal(_items.Count, data.GetProperty("output_index").GetInt32());
            var item = data.GetProperty("item");
            _items.Add(new Item { Type = item.GetProperty("type").GetString()!, Id = item.TryGetProperty("id", out var id) ? id.GetString()! : "" });
            Assert.Equal(_items.Count, _items.Select(one => one.Id).Distinct().Count());
        }

        private void TakeDone(JsonElement data)
        {
            var item = _items[data.GetProperty("output_index").GetInt32()];
            Assert.True(item.IsOpen);
            item.Finish(data.GetProperty("item"));
        }
    }

    private sealed class Item
    {
        private readonly List<(string Kind, string Text, bool IsDone)> _parts = [];

        public required string Type { get; init; }

        public required string Id { get; init; }

        public bool IsOpen { get; private set; } = true;

        public string? Final { get; private set; }

        public void Take(string type, JsonElement data)
        {
            switch (type)
            {
                case "response.content_part.added" or "response.reasoning_summary_part.added":
                    Assert.Equal(_parts.Count, IndexOf(data));
                    _parts.Add((data.GetProperty("part").GetProperty("type").GetString()!, "", false));
                    break;
                case "response.output_text.delta" or "response.refusal.delta" or "response.reasoning_summary_text.delta":
                    var open = _parts[IndexOf(data)];
                    Assert.False(open.IsDone);
                    _parts[^1] = (open.Kind, open.Text + data.GetProperty("delta").GetString(), false);
                    break;
                case "response.output_text.done" or "response.reasoning_summary_text.done":
                    Assert.Equal(_parts[IndexOf(data)].Text, data.GetProperty("text").GetString());
                    break;
                case "response.refusal.done":
                    Assert.Equal(_parts[IndexOf(data)].Text, data.GetProperty("refusal").GetString());
                    break;
                case "response.content_part.done" or "response.reasoning_summary_part.done":
                    var part = data.GetProperty("part");
                    Assert.Equal(_parts[IndexOf(data)].Kind, part.GetProperty("type").GetString());
                    Assert.Equal(_parts[IndexOf(data)].Text, TextOf(part));
                    _parts[IndexOf(data)] = _parts[IndexOf(data)] with { IsDone = true };
                    break;
                case "response.function_call_arguments.delta":
                    _parts.Add(("arguments", data.GetProperty("delta").GetString()!, true));
                    break;
                case "response.function_call_arguments.done":
                    var arguments = string.Concat(_parts.Select(piece => piece.Text));
                    Assert.Equal(arguments.Length == 0 ? "{}" : arguments, data.GetProperty("arguments").GetString());
                    break;
                default:
                    Assert.Fail("unknown event " + type);
                    break;
            }
        }

        public void Finish(JsonElement item)
        {
            IsOpen = false;
            Final = item.GetRawText();
            Assert.Equal(Type, item.GetProperty("type").GetString());
            Assert.All(_parts, part => Assert.True(part.IsDone));
            switch (Type)
            {
                case "message":
                    Assert.Equal(_parts.Select(part => part.Text), item.GetProperty("content").EnumerateArray().Select(TextOf));
                    Assert.Equal("assistant", item.GetProperty("role").GetString());
                    break;
                case "reasoning":
                    Assert.Equal(_parts.Select(part => part.Text), item.GetProperty("summary").EnumerateArray().Select(TextOf));
                    break;
            }
        }

        private static int IndexOf(JsonElement data) =>
            (data.TryGetProperty("content_index", out var index) ? index : data.GetProperty("summary_index")).GetInt32();

        private static string TextOf(JsonElement part)
        {
            if (part.GetProperty("type").GetString() == "output_text")
            {
                Assert.Equal(JsonValueKind.Array, part.GetProperty("annotations").ValueKind);
                Assert.Equal(JsonValueKind.Array, part.GetProperty("logprobs").ValueKind);
            }

            return part.GetProperty(part.GetProperty("type").GetString() == "refusal" ? "refusal" : "text").GetString()!;
        }
    }
}
