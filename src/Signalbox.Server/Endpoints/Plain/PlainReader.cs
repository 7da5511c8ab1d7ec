using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Configuration.Fields;
using Signalbox.Dialects;

namespace Signalbox.Server.Endpoints.Plain;

/// <summary>Reads the bodies of the plain routes. Whatever is out of range is an error that names its field; fields that are not known are passed over.</summary>
internal static class PlainReader
{
    public const int MostMessages = 100;
    public const int LongestContent = 32_000;
    public const int MostTokens = 4096;
    public const int DefaultMaxTokens = 1024;
    public const float DefaultTemperature = 0.7f;
    public const float HighestTemperature = 2;
    public const int LongestConversationId = 200;

    private const string Blank = "is blank; say what to answer.";

    /// <summary>Letters and signs without a shape: the fillers of Hangul, and the empty cell of Braille.</summary>
    private static readonly int[] BlankLetters = [0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800];

    private static readonly string[] Roles = ["system", "user", "assistant"];

    public static PlainChat? ReadChat(JsonElement body, out GatewayError? error)
    {
        var message = ReadText(body, "message", "message", LongestContent, isRequired: true, out error);
        if (error is not null)
        {
            return null;
        }

        var conversation = ReadText(body, "conversation_id", "conversation_id", LongestConversationId, isRequired: false, out error);
        if (error is null && IsBlank(message!))
        {
            error = Invalid("message", Blank);
        }

        return error is null ? new PlainChat(message!, conversation) : null;
    }

    public static PlainCompletion? ReadCompletion(JsonElement body, out GatewayError? error)
    {
        var messages = ReadMessages(body, out error);
        var temperature = error is null ? ReadTemperature(body, out error) : null;
        var tokens = error is null ? ReadMaxTokens(body, out error) : 0;
        var stream = error is null && ReadStream(body, out error);
        return error is null ? new PlainCompletion(messages!) { Temperature = temperature, MaxTokens = tokens, Stream = stream } : null;
    }

    private static List<ChatMessage>? ReadMessages(JsonElement body, out GatewayError? error)
    {
        error = null;
        if (!Has(body, "messages", out var given))
        {
            error = Invalid("messages", $"is missing; send 1 to {MostMessages} messages, each with role and content.");
            return null;
        }

        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() is 0 or > MostMessages)
        {
            error = Invalid("messages", given.ValueKind != JsonValueKind.Array
                ? $"must be a list of 1 to {MostMessages} messages, not {Words.For(given)}."
                : $"has {given.GetArrayLength()} messages; send 1 to {MostMessages}.");
            return null;
        }

        var messages = new List<ChatMessage>(given.GetArrayLength());
        foreach (var item in given.EnumerateArray())
        {
            if (ReadMessage(item, messages.Count, out error) is not { } message)
            {
                return null;
            }

            messages.Add(message);
        }

        return messages;
    }

    private static ChatMessage? ReadMessage(JsonElement item, int index, out GatewayError? error)
    {
        var path = $"messages[{index}]";
        if (item.ValueKind != JsonValueKind.Object)
        {
            error = Invalid(path, $"must be an object with role and content, not {Words.For(item)}.");
            return null;
        }

        var role = ReadText(item, "role", path + ".role", int.MaxValue, isRequired: true, out error);
        if (error is not null)
        {
            return null;
        }

        if (!Roles.Contains(role))
        {
            error = Invalid(path + ".role", $"is {Words.Quote(role!)}; use one of {string.Join(", ", Roles)}.");
            return null;
        }

        if (index == 0 && role == "assistant")
        {
            error = Invalid(path + ".role", "is 'assistant'; the first message must be of system or user.");
            return null;
        }

        var content = ReadText(item, "content", path + ".content", LongestContent, isRequired: true, out error);
        if (content is not null && role == "user" && IsBlank(content))
        {
            (content, error) = (null, Invalid(path + ".content", Blank));
        }

        return content is null ? null : new ChatMessage(new ChatRole(role!), content);
    }

    private static float? ReadTemperature(JsonElement body, out GatewayError? error)
    {
        error = null;
        if (!Has(body, "temperature", out var given))
        {
            return null;
        }

        if (given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out var value) && value is >= 0 and <= HighestTemperature)
        {
            return (float)value;
        }

        error = Invalid("temperature", $"must be a number from 0 to {HighestTemperature}; {DefaultTemperature} is the default.");
        return null;
    }

    private static int ReadMaxTokens(JsonElement body, out GatewayError? error)
    {
        error = null;
        if (!Has(body, "max_tokens", out var given))
        {
            return DefaultMaxTokens;
        }

        if (given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out var value) && value is >= 1 and <= MostTokens && double.IsInteger(value))
        {
            // JSON has one kind of number: 100.0 is a whole one.
            return (int)value;
        }

        error = Invalid("max_tokens", $"must be a whole number from 1 to {MostTokens}; {DefaultMaxTokens} is the default.");
        return 0;
    }

    private static bool ReadStream(JsonElement body, out GatewayError? error)
    {
        error = null;
        if (!Has(body, "stream", out var given))
        {
            return false;
        }

        if (given.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            error = Invalid("stream", $"must be true or false, not {Words.For(given)}.");
        }

        return given.ValueKind == JsonValueKind.True;
    }

    private static string? ReadText(JsonElement body, string name, string path, int longest, bool isRequired, out GatewayError? error)
    {
        error = null;
        if (!Has(body, name, out var given))
        {
            error = isRequired ? Invalid(path, "is missing; it must be a string.") : null;
            return null;
        }

        if (given.ValueKind != JsonValueKind.String)
        {
            error = Invalid(path, $"must be a string, not {Words.For(given)}.");
            return null;
        }

        var text = given.GetString()!;
        if (text.Length == 0 || (text.Length > longest && text.EnumerateRunes().Count() > longest))
        {
            error = Invalid(path, text.Length == 0 ? "is empty." : $"has more than {longest} characters; shorten it.");
            return null;
        }

        return text;
    }

    /// <summary>Whether nothing of a text can be seen: blanks, controls, and what only changes how its neighbours look (the default ignorables of Unicode).</summary>
    private static bool IsBlank(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            var isSeen = !Rune.IsWhiteSpace(rune)
                && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
                && !Array.Exists(BlankLetters, blank => blank == rune.Value);
            if (isSeen)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A null says no more than a field that is not there.</summary>
    private static bool Has(JsonElement body, string name, out JsonElement value) =>
        body.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static GatewayError Invalid(string field, string complaint) => GatewayError.Invalid(field, $"{field} {complaint}");
}
