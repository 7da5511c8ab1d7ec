using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Signalbox.Configuration;
using Signalbox.Pipeline;
using Signalbox.Providers;

namespace Signalbox;

/// <summary>Puts the gateway's whole data path into an application, without a server.</summary>
public static class SignalboxServiceCollectionExtensions
{
    /// <summary>
    /// Registers an <see cref="IChatClient"/> and an <see cref="IEmbeddingGenerator{String, Embedding}"/> that route to every
    /// configured provider. Models are named as over HTTP: an id, <c>provider/upstream</c>, or a route such as <c>auto</c>, which
    /// is the default.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the configuration and registers clients of this process as providers; without it, the environment is searched for keys.</param>
    /// <exception cref="ArgumentException">When resolved: the configuration has errors; the message lists all of them.</exception>
    public static IServiceCollection AddSignalbox(this IServiceCollection services, Action<SignalboxOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => CreateRuntime(provider, configure));
        services.TryAddSingleton<IChatClient>(static provider => new SignalboxChatClient(provider.GetRequiredService<GatewayRuntime>()));
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
            static provider => new SignalboxEmbeddingGenerator(provider.GetRequiredService<GatewayRuntime>()));
        return services;
    }

    private static GatewayRuntime CreateRuntime(IServiceProvider provider, Action<SignalboxOptions>? configure)
    {
        var options = new SignalboxOptions();
        configure?.Invoke(options);
        var environment = ConfigLoader.ProcessEnvironment();
        var result = options.ConfigJson is { } json
            ? ConfigLoader.Parse(System.Text.Encoding.UTF8.GetBytes(json), environment)
            : ConfigLoader.Load(options.ConfigFile, environment);
        if (result.Config is not { } config)
        {
            throw new ArgumentException("The Signalbox configuration has errors:\n" + string.Join('\n', result.Problems));
        }

        var clients = new List<IProvider>();
        foreach (var (name, (create, locality)) in options.Clients)
        {
            clients.Add(new ChatClientProvider(name, create(provider), locality));
        }

        return new GatewayRuntime(config, provider.GetRequiredService<TimeProvider>(), inProcess: clients);
    }
}
