using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Fields;

namespace Signalbox.Dialects;

/// <summary>How the events of a stream are told apart.</summary>
internal enum StreamFraming
{
    /// <summary>Server-sent events.</summary>
    Sse,
    /// <summary>One JSON object a line.</summary>
    Ndjson,
    /// <summary>One JSON array that arrives item by item (Gemini without <c>alt=sse</c>).</summary>
    JsonArray,
}

/// <summary>
/// One wire protocol, in both directions: the same dialect serves a caller who speaks it and a provider that speaks it.
/// A dialect holds no state; readers and writers of streams are made for each stream.
/// </summary>
internal interface IDialect
{
    /// <summary>The name used in configurations, e.g. <c>openai-chat</c>.</summary>
    string Name { get; }

    /// <summary>The dialect whose providers also serve this one; itself, but for the retired endpoints of a dialect.</summary>
    string Family => Name;

    /// <summary>Whether the model stands in the body; elsewhere it is in the path.</summary>
    bool HasModelInBody => true;

    /// <summary>Headers that every request to a provider must have, unless the caller's are there.</summary>
    IReadOnlyList<KeyValuePair<string, string>> RequiredHeaders => [];

    /// <summary>Which table of the field ledger its requests stand in.</summary>
    FieldOperation Operation => FieldOperation.Chat;

    StreamFraming Framing { get; }

    /// <summary>Path and query of a chat call below the provider's base URL.</summary>
    string ChatPath(string upstream, bool stream);

    /// <summary>Reads a caller's request. Null when <paramref name="problems"/> has an error.</summary>
    DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems);

    /// <summary>Writes a request for a provider.</summary>
    void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json);

    /// <summary>Reads a provider's complete answer. Problems mean that the provider broke its protocol.</summary>
    ChatResponse? ReadResponse(JsonElement body, ReadProblems problems);

    /// <summary>Writes a complete answer for a caller.</summary>
    void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json);

    /// <summary>A reader for one provider stream.</summary>
    AnswerStreamReader CreateStreamReader();

    /// <summary>A writer for one caller stream.</summary>
    AnswerStreamWriter CreateStreamWriter(AnswerContext context);

    /// <summary>Reads a provider's error answer. <paramref name="body"/> is default where it was no JSON.</summary>
    GatewayError ReadError(int status, JsonElement body);

    /// <summary>Writes an error for a caller who is still waiting for the answer's status.</summary>
    void WriteError(GatewayError error, string requestId, Utf8JsonWriter json);

    /// <summary>The status that this protocol uses for an error, e.g. 529 for an overloaded Anthropic.</summary>
    int StatusOf(GatewayError error) => error.Status;

    /// <summary>A tap for one relayed stream of this dialect.</summary>
    RelayTap CreateTap(DialectRequest request) => new ReadingTap(CreateStreamReader());
}
