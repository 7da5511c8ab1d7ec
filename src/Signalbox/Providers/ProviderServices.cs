using Signalbox.Dialects;
using Signalbox.Dialects.Fields;
using Signalbox.Providers.Local;
using Signalbox.Resilience;

namespace Signalbox.Providers;

/// <summary>What all providers share, for the life of the process.</summary>
internal sealed class ProviderServices(TimeProvider time) : IDisposable
{
    public TimeProvider Time { get; } = time;

    public UpstreamConnections Connections { get; } = new();

    public FieldLedger Fields { get; } = FieldLedger.Load();

    public HeaderLedger Headers { get; } = HeaderLedger.Load();

    public SignatureStore Signatures { get; } = new(time);

    /// <summary>The engines of this process.</summary>
    public LocalModels Local { get; } = new(time);

    /// <summary>What is observed about deployments.</summary>
    public DeploymentBoard Board { get; } = new(time);

    /// <summary>The headers of a provider's answer that its caller may have.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> PassedHeaders(HttpResponseMessage response, IDialect spoken, bool relays)
    {
        List<KeyValuePair<string, string>>? passed = null;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (Headers.PassesResponse(spoken.Family, name, relays))
            {
                (passed ??= []).Add(new(name, values.ToString()));
            }
        }

        return passed ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }

    public void Dispose()
    {
        Connections.Dispose();
        Local.Dispose();
    }
}
