using System.Text.Json;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>The fields of a delta event that matter.</summary>
internal readonly record struct ResponsesDelta(string? Text, int OutputIndex, List<TokenLogprob>? Tokens)
{
    public static ResponsesDelta Read(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An event must be a JSON object.");
        }

        string? text = null;
        List<TokenLogprob>? tokens = null;
        var index = -1;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("delta"u8))
            {
                json.Read();
                text = json.TokenType == JsonTokenType.String ? json.GetString() : null;
            }
            else if (json.ValueTextEquals("output_index"u8))
            {
                json.Read();
                index = json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var number) ? number : -1;
            }
            else if (json.ValueTextEquals("logprobs"u8))
            {
                tokens = ReadTokens(ref json);
            }
            else
            {
                json.Read();
            }

            json.Skip();
        }

        return json.TokenType == JsonTokenType.EndObject
            ? new ResponsesDelta(text, index, tokens)
            : throw new JsonException("The event ends inside its object.");
    }

    private static List<TokenLogprob>? ReadTokens(ref Utf8JsonReader json)
    {
        json.Read();
        var inside = json;
        return json.TokenType == JsonTokenType.StartArray && inside.Read() && inside.TokenType != JsonTokenType.EndArray
            ? OpenAiLogprobs.ReadList(JsonElement.ParseValue(ref json))
            : null;
    }
}
