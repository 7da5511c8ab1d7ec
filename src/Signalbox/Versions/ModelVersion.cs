using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Inference;

namespace Signalbox.Versions;

/// <summary>A name that a model is in service under.</summary>
/// <param name="Name">Of letters, digits, '-', '_' and '.'.</param>
/// <param name="Model">The model or route behind it, as a request would name it.</param>
internal sealed record ModelVersion(string Name, string Model)
{
    /// <summary>The adapter of a local model that is switched on; null for none.</summary>
    public string? Lora { get; init; }

    /// <summary>Other names for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>A request to the model behind it. The options are the request's own from here on.</summary>
    public DialectRequest Request(List<ChatMessage> messages, ChatOptions options, bool stream) =>
        new() { Model = Model, Messages = messages, Options = Named(options), Stream = stream };

    /// <summary>Writes into options whom they are for: the model, and its adapter.</summary>
    public ChatOptions Named(ChatOptions options)
    {
        options.ModelId = Model;
        if (Lora is not null)
        {
            Vocabulary.Set(options, LocalProperties.Lora, Lora);
        }

        return options;
    }
}
