using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Ollama;

/// <summary>Images as Ollama has them: bare base64 without a media type, which is told from their first bytes.</summary>
internal static class OllamaImages
{
    private const string Unknown = "image/*";

    /// <summary>Reads the <c>images</c> of a message or of a generate request.</summary>
    public static void Read(JsonElement parent, IList<AIContent> contents, ReadProblems problems)
    {
        if (problems.Array(parent, "images") is not { } images)
        {
            return;
        }

        var index = 0;
        foreach (var image in images.EnumerateArray())
        {
            problems.Enter("images", index++);
            if (problems.Is(image, JsonValueKind.String, null, "a base64 string") && Read(image.GetString()!, problems) is { } content)
            {
                contents.Add(content);
            }

            problems.Leave();
        }
    }

    /// <summary>Writes images as one <c>images</c> property; nothing where there are none.</summary>
    public static void Write(IReadOnlyList<DataContent>? images, Utf8JsonWriter json)
    {
        if (images is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray("images"u8);
        foreach (var image in images)
        {
            json.WriteStringValue(image.Base64Data.Span);
        }

        json.WriteEndArray();
    }

    /// <summary>The media type that the first bytes of an image say.</summary>
    public static string MediaTypeOf(string base64)
    {
        // Sixteen characters are twelve bytes: enough for every signature.
        Span<byte> head = stackalloc byte[12];
        var start = base64.AsSpan(0, Math.Min(base64.Length & ~3, 16));
        if (!Convert.TryFromBase64Chars(start, head, out var length))
        {
            return Unknown;
        }

        head = head[..length];
        return head switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
            [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P'] => "image/webp",
            _ => Unknown,
        };
    }

    /// <summary>Reads one image; null (and a problem) where it is none.</summary>
    public static DataContent? Read(string image, ReadProblems problems)
    {
        // Some clients leave the head of a data URI on.
        if (image.StartsWith("data:", StringComparison.Ordinal))
        {
            return Contents.FromDataUri(image, problems, "");
        }

        return Contents.FromBase64(image, MediaTypeOf(image), problems, "");
    }
}
