using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Citations of a text, as annotations of the vocabulary; written back as they came where they came from here.</summary>
internal static class AnthropicCitations
{
    public static void Read(JsonElement citations, TextContent content)
    {
        foreach (var citation in citations.EnumerateArray())
        {
            Add(citation, content);
        }
    }

    public static void Add(JsonElement citation, TextContent content)
    {
        if (citation.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        (content.Annotations ??= []).Add(new CitationAnnotation
        {
            Title = AnthropicFields.Text(citation, "title") ?? AnthropicFields.Text(citation, "document_title"),
            Url = Uri.TryCreate(AnthropicFields.Text(citation, "url"), UriKind.Absolute, out var url) ? url : null,
            FileId = AnthropicFields.Text(citation, "file_id"),
            Snippet = AnthropicFields.Text(citation, "cited_text"),
            RawRepresentation = new OpaqueContent(AnthropicDialect.DialectName, AnthropicFields.Text(citation, "type") ?? "citation", citation),
        });
    }

    public static void Write(TextContent content, Utf8JsonWriter json)
    {
        if (content.Annotations is not { Count: > 0 } annotations || !HasOwn(annotations))
        {
            return;
        }

        json.WriteStartArray("citations"u8);
        foreach (var annotation in annotations)
        {
            if (Own(annotation) is { } raw)
            {
                raw.WriteTo(json);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>The citation as this protocol sent it; null for an annotation of another origin.</summary>
    public static JsonElement? Own(AIAnnotation annotation) =>
        annotation.RawRepresentation is OpaqueContent { Dialect: AnthropicDialect.DialectName } own ? own.Raw : null;

    private static bool HasOwn(IList<AIAnnotation> annotations)
    {
        foreach (var annotation in annotations)
        {
            if (Own(annotation) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
