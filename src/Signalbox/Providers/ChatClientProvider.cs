using Microsoft.Extensions.AI;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Inference;
using Signalbox.Providers.Local;
using Signalbox.Routing.Profiles;
using Signalbox.Sensitivity;

namespace Signalbox.Providers;

/// <summary>Any <see cref="IChatClient"/> in this process as a provider.</summary>
internal sealed class ChatClientProvider(string name, IChatClient client, Locality locality) : IProvider
{
    public string Name => name;

    public Locality Locality => locality;

    /// <summary>The model that the client says it is; its own name where it says none.</summary>
    public string? DefaultModel => (client.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata)?.DefaultModelId ?? "default";

    public async Task<ProviderAnswer> SendAsync(ProviderCall call, CancellationToken cancel)
    {
        if (Interlock.Refuse(call.Context.Sensitivity, Name, Locality) is { } refusal)
        {
            return new FailedAnswer(refusal);
        }

        call.Context.CountAttempt();
        var request = call.Request;
        var options = request.Options.Clone();
        RemoveHints(options);
        options.ModelId = call.Deployment.Upstream == "default" ? null : call.Deployment.Upstream;
        if (request.Stream)
        {
            return new UpdatesAnswer(client.GetStreamingResponseAsync(request.Messages, options, cancel));
        }

        try
        {
            return new CompleteAnswer(await client.GetResponseAsync(request.Messages, options, cancel));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A foreign client may throw anything; to the caller it is a provider that failed.
            return new FailedAnswer(ErrorOf(e, name));
        }
    }

    /// <summary>What the caller says to the gateway is not the client's affair. The options are a copy.</summary>
    private static void RemoveHints(ChatOptions options)
    {
        if (options.AdditionalProperties is not { Count: > 0 } properties)
        {
            return;
        }

        foreach (var name in HintWords.Names)
        {
            properties.Remove($"{HintWords.BodyObject}.{name}");
        }
    }

    public static GatewayError ErrorOf(Exception exception, string name) =>
        exception is SignalboxException { Error: { } error } ? error : exception is EngineException engine ? LocalProvider.ErrorOf(engine.Fault) : new GatewayError(ErrorKind.UpstreamUnavailable, $"{name} failed with {exception.GetType().Name}.");
}
