using Signalbox.Configuration.Local;
using Signalbox.Providers.Local;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Configuration;

/// <summary>The models that lie beside the executable: there without any configuration, and behind whatever the user has of the same name.</summary>
public sealed class BuiltInModelTests : IDisposable
{
    private readonly TemporaryFolder _own = new();
    private readonly TemporaryFolder _users = new();

    [Fact]
    public void A_model_beside_the_executable_is_there_with_the_adapters_that_lie_beside_it()
    {
        Touch(_own, "banking", "banking-qlora", "tax");

        var models = LocalModelFiles.List(Config());

        Assert.Equal(["banking", "tax"], models.Select(static model => model.Name));
        var (name, file) = Assert.Single(models[0].Adapters);
        Assert.Equal(("banking-qlora", Path.Combine(_own.Path, "banking-qlora.gguf")), (name, file));
        Assert.True(models[0].IsBuiltIn);
        Assert.Equal(BuiltInModels.Quality, models[0].Quality);
    }

    [Fact]
    public void A_file_of_the_users_folder_wins_and_comes_first()
    {
        Touch(_own, "banking", "banking-qlora");
        Touch(_users, "banking", "tiny");

        var models = LocalModelFiles.List(Config());

        Assert.Equal(["banking", "tiny"], models.Select(static model => model.Name));
        Assert.Equal(Path.Combine(_users.Path, "banking.gguf"), models[0].File);
        Assert.False(models[0].IsBuiltIn);
        Assert.Empty(models[0].Adapters);
    }

    [Fact]
    public void A_configured_file_wins_and_an_entry_without_one_sets_up_the_model_beside_the_executable()
    {
        Touch(_own, "banking", "banking-qlora");

        var elsewhere = Assert.Single(LocalModelFiles.List(Config(new LocalModelConfig { Name = "banking", File = "/elsewhere.gguf" })));
        var setUp = Assert.Single(LocalModelFiles.List(Config(new LocalModelConfig { Name = "banking", MaximumSlots = 2 })));

        Assert.Equal("/elsewhere.gguf", elsewhere.File);
        Assert.Equal((Path.Combine(_own.Path, "banking.gguf"), 2, 1), (setUp.File, setUp.MaximumSlots, setUp.Adapters.Count));
        Assert.False(setUp.IsBuiltIn);
    }

    public void Dispose()
    {
        _own.Dispose();
        _users.Dispose();
    }

    private static void Touch(TemporaryFolder folder, params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllText(Path.Combine(folder.Path, name + ".gguf"), "");
        }
    }

    private LocalConfig Config(params LocalModelConfig[] models) =>
        new() { Folder = _users.Path, BuiltInFolder = _own.Path, Models = models.ToDictionary(static model => model.Name) };
}
