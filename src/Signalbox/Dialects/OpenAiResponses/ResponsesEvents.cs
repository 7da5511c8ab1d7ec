using System.Buffers;
using System.Text.Json;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>The frame around each event: its name twice, and its number in the stream.</summary>
internal sealed class ResponsesEvents
{
    private Utf8JsonWriter? _json;
    private long _sequence;

    /// <summary>Begins an event; its own fields are written to what is returned, then it is ended.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> name, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, "event: "u8);
        JsonText.Raw(output, name);
        JsonText.Raw(output, "\ndata: "u8);
        _json ??= new Utf8JsonWriter(output, JsonText.Compact);
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteString("type"u8, name);
        _json.WriteNumber("sequence_number"u8, _sequence++);
        return _json;
    }

    public void End(IBufferWriter<byte> output)
    {
        _json!.WriteEndObject();
        _json.Flush();
        JsonText.Raw(output, "\n\n"u8);
    }

    /// <summary>Where the deltas of an item, or of one part of it, belong: the same bytes in each of them.</summary>
    public static byte[] PlaceOf(ResponsesOutputItem item, ReadOnlySpan<byte> partField, int part)
    {
        var place = new ArrayBufferWriter<byte>(128);
        JsonText.Raw(place, ",\"item_id\":"u8);
        JsonText.String(place, item.Id);
        JsonText.Raw(place, ",\"output_index\":"u8);
        JsonText.Number(place, item.Index);
        if (!partField.IsEmpty)
        {
            JsonText.Raw(place, ",\""u8);
            JsonText.Raw(place, partField);
            JsonText.Raw(place, "\":"u8);
            JsonText.Number(place, part);
        }

        JsonText.Raw(place, ",\"delta\":\""u8);
        return place.WrittenSpan.ToArray();
    }

    /// <summary>Writes a delta up to and with its text, which is escaped already; more fields may follow, then <see cref="EndDelta"/>.</summary>
    public void Delta(ReadOnlySpan<byte> name, ReadOnlySpan<byte> place, ReadOnlySpan<byte> escaped, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, "event: "u8);
        JsonText.Raw(output, name);
        JsonText.Raw(output, "\ndata: {\"type\":\""u8);
        JsonText.Raw(output, name);
        JsonText.Raw(output, "\",\"sequence_number\":"u8);
        JsonText.Number(output, _sequence++);
        JsonText.Raw(output, place);
        JsonText.Raw(output, escaped);
        JsonText.Raw(output, "\""u8);
    }

    /// <summary>Adds the log probabilities of a text delta; the field is always there.</summary>
    public void Logprobs(IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        if (tokens is null)
        {
            JsonText.Raw(output, ",\"logprobs\":[]"u8);
            return;
        }

        JsonText.Raw(output, ",\"logprobs\":"u8);
        _json!.Reset(output);
        OpenAiLogprobs.WriteList(tokens, _json);
        _json.Flush();
    }

    public static void EndDelta(IBufferWriter<byte> output) => JsonText.Raw(output, "}\n\n"u8);
}
