"""Photos of the messenger contract as front ends in a browser read them."""

from tests.support.pictures import picture

READ = """
async (path) => {
    const letter = (byte) => String.fromCharCode(byte);
    const text = (buffer) => Array.from(new Uint8Array(buffer), letter).join("");
    const size = async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
    };
    const body = await (await fetch(path)).arrayBuffer();
    const parsed = async (address) => (await (await fetch(address)).formData()).get("file");
    const file = await parsed(path);
    return {
        ways: {
            image: await size(path),
            dataUrl: await size(`data:image/jpeg;base64,${btoa(text(body))}`),
            dataUrlOfMultipart: await size(`data:multipart/form-data;base64,${btoa(text(body))}`),
            blob: await size(URL.createObjectURL(new Blob([body]))),
            formData: await size(URL.createObjectURL(file)),
        },
        file: [file.name, file.type, file.size],
        plain: (await parsed(`${path}?plain=1`)).size,
    };
}
"""


async def test_photo_shows_however_a_front_end_reads_it(member):
    visitor = await member()
    assert visitor.client.post("/photos", files={"file": picture()}).status_code == 200
    page = await visitor.open("/films")
    path = f"/photos/{visitor.client.get('/users').json()['id']}"
    stored = visitor.client.get(path, headers={"accept": "image/*"}).content
    found = await page.evaluate(READ, path)
    assert set(map(tuple, found["ways"].values())) == {(64, 48)}, found
    assert found["file"] == ["photo.jpg", "image/jpeg", len(stored)]
    assert found["plain"] == len(stored)
