using System.Text;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Providers;
using Signalbox.Routing;

namespace Signalbox.Tests.Routing;

public sealed class GatewaySnapshotTests : IDisposable
{
    private readonly ProviderServices _services = new(TimeProvider.System);

    [Fact]
    public void A_model_is_found_by_its_id_by_its_provider_and_by_its_bare_name()
    {
        var snapshot = Build("""{"providers":{"openai":{"apiKey":"k"}},"models":{"mine":{"provider":"openai","upstream":"gpt-4o"}}}""");
        Assert.Equal("openai/gpt-4o", Only(snapshot, "mine").FullName);
        Assert.Equal("openai/gpt-4o", Only(snapshot, "openai/gpt-4o").FullName);
        Assert.Equal("openai/gpt-4o-mini", Only(snapshot, "gpt-4o-mini").FullName);
        Assert.Equal("openai/anything-else", Only(snapshot, "openai/anything-else").FullName);
        Assert.Null(snapshot.Find("nobody/knows"));
        Assert.Null(snapshot.Find("openai/"));
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_known_one()
    {
        var snapshot = Build("""{"providers":{"openai":{"apiKey":"k"}},"models":{"signalman":{"provider":"openai","upstream":"gpt-4o"}}}""");
        Assert.Contains("'signalman'", snapshot.NotFound("signalmann").Message);
    }

    [Fact]
    public void A_route_inside_a_route_stands_for_its_own_list()
    {
        var snapshot = Build("""
            {"providers":{"up":{"dialect":"openai-chat","baseUrl":"http://127.0.0.1:9/v1"}},
             "routes":{"inner":{"models":["up/a","up/b"],"strict":true},"outer":{"models":["up/c","inner"],"fallbacks":["up/a","up/d"]}}}
            """);
        var targets = snapshot.Find("outer")!.Targets;
        Assert.Equal(["up/c", "up/a", "up/b", "up/d"], targets.Select(static target => target.FullName));
        Assert.Equal([false, true, true, false], targets.Select(static target => target.Strict));
        Assert.Equal([false, false, false, true], targets.Select(static target => target.IsFallback));
    }

    [Fact]
    public void Auto_exists_without_being_configured_and_takes_the_configured_models()
    {
        var snapshot = Build("""{"providers":{"openai":{"apiKey":"k"}},"models":{"first":{"provider":"openai","upstream":"gpt-4o"},"second":{"provider":"openai","upstream":"gpt-4o-mini"}}}""");
        Assert.Equal(["first", "second"], snapshot.Find("auto")!.Targets.Select(static target => target.Id));
    }

    [Fact]
    public void A_configured_price_and_capability_go_before_the_catalog()
    {
        var snapshot = Build("""
            {"providers":{"openai":{"apiKey":"k"}},"models":{"cheap":{"provider":"openai","upstream":"gpt-4o","price":{"input":1,"output":2},"contextWindow":99,"capabilities":{"tools":false}}}}
            """);
        var model = Only(snapshot, "cheap").Model;
        Assert.Equal((1m, 2m), (model.PriceOn(DateOnly.MaxValue)!.Input, model.PriceOn(DateOnly.MaxValue)!.Output));
        Assert.Equal(99, model.ContextWindow);
        Assert.False(model.Capabilities.Tools);
    }

    [Fact]
    public void A_configured_quality_goes_before_the_catalogs()
    {
        var snapshot = Build("""
            {"providers":{"openai":{"apiKey":"k"},"up":{"dialect":"openai-chat","baseUrl":"http://127.0.0.1:9/v1"}},
             "models":{"mine":{"provider":"openai","upstream":"gpt-4o","quality":0.11},"other":{"provider":"openai","upstream":"gpt-4o"}}}
            """);
        Assert.Equal(0.11, Only(snapshot, "mine").Quality);
        Assert.Equal(0.8, Only(snapshot, "other").Quality);
        Assert.Equal(0.8, Only(snapshot, "openai/gpt-4o-2024-11-20").Quality);
        Assert.Null(Only(snapshot, "up/unknown").Quality);
    }

    public void Dispose() => _services.Dispose();

    private static Deployment Only(GatewaySnapshot snapshot, string name) => Assert.Single(snapshot.Find(name)!.Targets);

    private GatewaySnapshot Build(string json)
    {
        var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes(json), new Dictionary<string, string>());
        Assert.True(result.Config is not null, string.Join('\n', result.Problems));
        return new GatewaySnapshot(result.Config!, ModelCatalog.LoadEmbedded(), _services, []);
    }
}
