namespace Signalbox.Bench.Gateway;

/// <summary>The temporary folder of one run: payloads, generated configurations and logs.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly bool _keep;

    public Workspace(bool keep)
    {
        _keep = keep;
        Root = Directory.CreateTempSubdirectory("signalbox-bench-").FullName;
    }

    public string Root { get; }

    public string File(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        var file = File(name);
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    public void Dispose()
    {
        if (_keep)
        {
            Console.WriteLine($"Kept: {Root}");
            return;
        }
        Directory.Delete(Root, recursive: true);
    }
}
