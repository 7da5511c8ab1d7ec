using System.Runtime.InteropServices;
using System.Text.Json;

namespace Signalbox.Sensitivity;

/// <summary>
/// What a relay would send of a caller's body although the vocabulary has no place for it: fields of a newer protocol, data beside
/// the messages, prompts that can only be relayed. It leaves the house as the messages do, so it is looked at as they are.
/// </summary>
internal static class UnreadFields
{
    /// <summary>A shorter number is no card, account or telephone.</summary>
    private const int ShortestNumber = 7;

    /// <summary>Fields whose texts are in the vocabulary; what the vocabulary leaves out of them is inside of their objects.</summary>
    private static readonly byte[][] Conversations = Utf8("messages", "contents", "input", "system", "instructions", "systemInstruction", "system_instruction");

    /// <summary>Fields that the vocabulary has as they stand, and the caller's words to the gateway, which are not sent.</summary>
    private static readonly byte[][] Whole = Utf8("model", "tools", "functions", "signalbox");

    /// <summary>In a conversation: texts that the vocabulary has, and what is no text (ids, encoded data, signatures).</summary>
    private static readonly byte[][] Read = Utf8(
        "role", "text", "type", "arguments", "args", "response", "input", "output", "thinking", "reasoning", "reasoning_content", "refusal", "id", "call_id", "tool_call_id",
        "tool_use_id", "data", "url", "uri", "fileUri", "file_uri", "file_url", "file_data", "file_id", "images", "signature", "thoughtSignature", "thought_signature",
        "encrypted_content", "mimeType", "mime_type", "media_type");

    /// <summary>Hands over every text that the vocabulary does not have, and every long number.</summary>
    /// <param name="body">The caller's body; default where the request was made in process.</param>
    /// <param name="relayOnly">The field that the vocabulary could not read at all; null for none.</param>
    /// <param name="inspection">What reads them.</param>
    public static void Find(JsonElement body, string? relayOnly, ref RequestInspection inspection)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var field in body.EnumerateObject())
        {
            if (relayOnly is not null && field.NameEquals(relayOnly))
            {
                Find(field.Value, isUsers: true, isConversation: false, ref inspection);
            }
            else if (!Is(field, Whole) && !(field.Value.ValueKind == JsonValueKind.String && (Is(field, Conversations) || field.NameEquals("prompt"u8))))
            {
                Find(field.Value, isUsers: false, Is(field, Conversations), ref inspection);
            }
        }
    }

    private static void Find(JsonElement value, bool isUsers, bool isConversation, ref RequestInspection inspection)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                inspection.ReadField(value.GetString()!, isUsers);
                break;
            case JsonValueKind.Number when JsonMarshal.GetRawUtf8Value(value).Length >= ShortestNumber:
                inspection.ReadField(value.GetRawText(), isUsers);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Find(item, isUsers, isConversation, ref inspection);
                }

                break;
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject())
                {
                    if (!isConversation || !IsRead(field))
                    {
                        Find(field.Value, isUsers, isConversation, ref inspection);
                    }
                }

                break;
        }
    }

    // As bytes: a body has its names in UTF-8, and each comparison with a string would encode it anew.
    private static byte[][] Utf8(params string[] names) => Array.ConvertAll(names, System.Text.Encoding.UTF8.GetBytes);

    private static bool IsRead(JsonProperty field) => field.Value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => true,
        JsonValueKind.String when field.NameEquals("content"u8) => true,
        _ => Is(field, Read),
    };

    private static bool Is(JsonProperty field, byte[][] names)
    {
        foreach (var name in names)
        {
            if (field.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }
}
