using System.Text.Json;

namespace Signalbox.Dialects;

/// <summary>A request for embeddings, whichever dialect it came in.</summary>
internal sealed record EmbeddingRequest
{
    /// <summary>The model as the caller named it.</summary>
    public required string Model { get; init; }

    /// <summary>The texts, one vector each.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>How long the vectors shall be; null leaves it to the model.</summary>
    public int? Dimensions { get; init; }

    /// <summary>End user's id.</summary>
    public string? User { get; init; }

    /// <summary>What the vectors are for, in Gemini's words (<c>RETRIEVAL_QUERY</c>, ...); no other dialect has it.</summary>
    public string? TaskType { get; init; }

    /// <summary>Whether the caller wants vectors as base64 of little-endian 32-bit floats (OpenAI's clients do by default).</summary>
    public bool Base64 { get; init; }

    /// <summary>The caller's parsed body; default where the request was made in process.</summary>
    public JsonElement Body { get; init; }
}
