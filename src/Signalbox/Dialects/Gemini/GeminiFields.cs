using System.Text.Json;

namespace Signalbox.Dialects.Gemini;

/// <summary>Google's API takes every field in camelCase and in snake_case, and its own clients send both.</summary>
internal static class GeminiFields
{
    private const int MaxLength = 64;

    /// <summary>The name under which an object has a field; the camelCase one where it has neither.</summary>
    public static string Of(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object || parent.TryGetProperty(name, out _))
        {
            return name;
        }

        Span<char> snake = stackalloc char[MaxLength];
        var length = ToSnake(name, snake);
        return length > name.Length && parent.TryGetProperty(snake[..length], out _) ? new string(snake[..length]) : name;
    }

    /// <summary>The camelCase form of a field's name.</summary>
    public static string ToCamel(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
        {
            return name;
        }

        return string.Create(name.Length - name.AsSpan().Count('_'), name, static (camel, given) =>
        {
            var length = 0;
            for (var i = 0; i < given.Length; i++)
            {
                if (given[i] != '_')
                {
                    camel[length] = i > 0 && given[i - 1] == '_' && length > 0 ? char.ToUpperInvariant(given[i]) : given[i];
                    length++;
                }
            }
        });
    }

    /// <summary>A field's value, under either name; false where it is absent or JSON null.</summary>
    public static bool TryGet(JsonElement parent, string name, out JsonElement value)
    {
        value = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(Of(parent, name), out value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>A text that may be absent or of another kind: for what providers answer.</summary>
    public static string? Text(JsonElement parent, string name) =>
        TryGet(parent, name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int ToSnake(string name, Span<char> snake)
    {
        var length = 0;
        foreach (var c in name)
        {
            if (length + 2 > snake.Length)
            {
                return 0;
            }

            if (char.IsAsciiLetterUpper(c))
            {
                snake[length++] = '_';
            }

            snake[length++] = char.ToLowerInvariant(c);
        }

        return length;
    }
}
